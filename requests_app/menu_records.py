"""The menu's entries for cameras and books."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from cctvportal.common.navigation import Group, NavItem

_READ = "recordings.see_books"
RECORDS: Final = (
    NavItem(
        "incidents:list",
        _("Kendala dan kahar"),
        "wrench",
        "devices.view_incident",
        Group.CAMERAS,
        order=20,
    ),
    NavItem(
        "holds:list",
        _("Penahanan rekaman"),
        "lock",
        "recordings.see_holds",
        Group.CAMERAS,
        order=30,
    ),
    NavItem("books:access", _("Buku catatan akses"), "book", _READ, Group.BOOKS, order=10),
    NavItem("books:faults", _("Buku kendala rekaman"), "wrench", _READ, Group.BOOKS, order=20),
    NavItem("books:disks", _("Buku hard disk"), "disk", _READ, Group.BOOKS, order=30),
    NavItem("books:monitoring", _("Buku pemantauan"), "chart", _READ, Group.BOOKS, order=40),
    NavItem("books:force_majeure", _("Buku keadaan kahar"), "bolt", _READ, Group.BOOKS, order=50),
    NavItem("purge_days:list", _("Penghapusan harian"), "trash", _READ, Group.BOOKS, order=60),
    NavItem(
        "retention:overview",
        _("Masa simpan"),
        "clock",
        "recordings.view_retention",
        Group.SYSTEM,
        order=20,
    ),
)


def monitoring(count: Callable[[Any], int]) -> NavItem:  # Any: NavItem's own signature
    """The monitoring page, with how many alarms this person can do something about."""
    label, may = _("Pemantauan CCTV"), "recordings.see_monitoring"
    return NavItem("monitoring:live", label, "camera", may, Group.CAMERAS, 10, count)
