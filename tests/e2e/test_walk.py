"""Every page that menus, lists and forms lead to, by their links, while a request is open."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

import pytest

from tests.e2e import case as steps
from tests.e2e.conftest import Office, at_every_size
from tests.e2e.person import Person, place

pytestmark = [pytest.mark.browser, pytest.mark.slow]
# Files, parts of pages, pages in other words, and what only a running request opens.
_NO_PAGE: Final = re.compile(
    r"\.(pdf|csv|jpg|m3u8|mp4)$|/(surat|pindaian|kemajuan)/|/jsi18n|^/i18n"
)
_ROLES: Final = ("admin", "petugas", "kepala", "pemeriksa", "umum", "pemohon")
_MOST: Final = 80
# Without these the walk went astray.
_MUST: Final = (
    *("/admin/meja/", "/admin/permohonan/", "/admin/permohonan/#/", "/admin/kunci/"),
    *(f"/admin/devices/{kind}/" for kind in ("room", "roomkey", "device", "camera")),
    *(f"/admin/devices/{kind}/#/change/" for kind in ("room", "roomkey", "device", "camera")),
    *("/admin/recordings/medium/", "/admin/recordings/medium/add/"),
    *("/admin/accounts/user/", "/admin/accounts/user/add/", "/admin/accounts/user/#/change/"),
    *("/pemantauan/", "/kejadian/", "/buku/akses/", "/buku/hard-disk/", "/keputusan/"),
    *("/keputusan/#/", "/keputusan/#/setujui/", "/keputusan/#/tolak/"),
    *("/admin/permohonan/#/validasi/", "/admin/permohonan/#/telepon/"),
)


@at_every_size
def test_walk_over_every_page(office: Office) -> None:
    case = steps.case(office, "Penelusuran", "Lobi")
    steps.ask(office["pemohon"], case, room=True, letter=False)
    seen: set[str] = set()
    visitor = office.somebody("tamu")
    visitor.open("/")
    for role in _ROLES:
        explore(office[role], seen)
    assert {one for one in _MUST if one not in seen} == set()


def explore(person: Person, seen: set[str]) -> None:
    """Breadth first from the person's home; of pages that differ by their row, the first."""
    person.home()
    waiting = [urlsplit(person.page.url).path]
    while waiting and len(seen) < _MOST:
        path = waiting.pop(0)
        if place(path) in seen or _NO_PAGE.search(path):
            continue
        seen.add(place(path))
        person.open(path)
        waiting += person.links()
