"""The menu's entries for the officer's work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from cctvportal.common.navigation import Group, NavItem

DESK: Final = (
    NavItem(
        "admin:requests",
        _("Semua permohonan"),
        "list",
        "requests_app.view_accessrequest",
        Group.WORK,
        order=20,
    ),
    NavItem(
        "admin:purge_tomorrow",
        _("Terhapus besok"),
        "trash",
        "recordings.see_tomorrow",
        Group.WORK,
        order=40,
    ),
    NavItem("admin:keys", _("Kunci ruang"), "key", "requests_app.desk", Group.WORK, order=30),
)


def tasks(count: Callable[[Any], int]) -> NavItem:  # Any: NavItem's own signature
    """The officer's tasks, with how many wait; the count needs the models and comes later."""
    label = _("Tugas saya")
    return NavItem("admin:desk", label, "inbox", "requests_app.desk", Group.WORK, 10, count)
