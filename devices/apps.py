from __future__ import annotations

from typing import Final

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from cctvportal.common.navigation import Group, NavItem, register

# Label, icon and permission of each register under "Kamera", in this order.
_REGISTERS: Final = (
    ("camera", _("Daftar kamera"), "camera"),
    ("device", _("Perangkat"), "gear"),
    ("room", _("Ruang"), "door"),
    ("roomkey", _("Daftar kunci"), "key"),
)


class DevicesConfig(AppConfig):
    name = "devices"
    verbose_name = "Perangkat"

    def ready(self) -> None:
        register(
            *(
                NavItem(
                    f"admin:devices_{model}_changelist",
                    label,
                    icon,
                    f"devices.view_{model}",
                    Group.CAMERAS,
                    order=order,
                )
                for order, (model, label, icon) in enumerate(_REGISTERS, start=60)
            )
        )
