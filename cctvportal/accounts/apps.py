from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from cctvportal.common.navigation import NavItem, register


class AccountsConfig(AppConfig):
    name = "cctvportal.accounts"
    label = "accounts"
    verbose_name = "Orang dan wewenang"

    def ready(self) -> None:
        register(
            NavItem(
                "delegations",
                _("Pejabat pengganti"),
                "person",
                "accounts.view_delegation",
                order=60,
            )
        )
