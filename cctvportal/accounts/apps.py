from __future__ import annotations

from typing import Final

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from cctvportal.common.navigation import Group, NavItem, register

_MENU: Final = (
    NavItem("delegations", _("Pejabat pengganti"), "person", "accounts.view_delegation", order=60),
    NavItem("account_changes", _("Persetujuan akun"), "key", "accounts.confirm_change", order=61),
    NavItem(
        "admin:accounts_user_changelist",
        _("Pengguna"),
        "people",
        "accounts.view_user",
        Group.SYSTEM,
        order=10,
    ),
)


class AccountsConfig(AppConfig):
    name = "cctvportal.accounts"
    label = "accounts"
    verbose_name = "Orang dan wewenang"

    def ready(self) -> None:
        register(*_MENU)
        from cctvportal.accounts import receivers  # noqa: F401, PLC0415 - connects the signals
