"""The menu's entries for cameras and books."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from cctvportal.common.navigation import Group, NavItem

_READ = "recordings.see_books"
RECORDS: Final = (
    NavItem(
        "monitoring:live",
        _("Pemantauan CCTV"),
        "camera",
        "recordings.see_monitoring",
        Group.CAMERAS,
        order=10,
    ),
    NavItem(
        "incidents:list",
        _("Kendala dan kahar"),
        "wrench",
        "devices.view_incident",
        Group.CAMERAS,
        order=20,
    ),
    NavItem("books:access", _("Buku catatan akses"), "book", _READ, Group.BOOKS, order=10),
    NavItem("books:faults", _("Buku kendala rekaman"), "wrench", _READ, Group.BOOKS, order=20),
    NavItem("books:disks", _("Buku hard disk"), "disk", _READ, Group.BOOKS, order=30),
    NavItem("books:monitoring", _("Buku pemantauan"), "chart", _READ, Group.BOOKS, order=40),
    NavItem("books:force_majeure", _("Buku keadaan kahar"), "bolt", _READ, Group.BOOKS, order=50),
)
