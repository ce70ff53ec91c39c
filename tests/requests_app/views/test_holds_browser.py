"""The pages of holds in Chromium, at both widths."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from cctvportal.common.clock import WIB, now
from recordings.models import HoldOrder
from recordings.services import hold_orders
from tests.browser import enter, faults, faults_at_both, one_visit
from tests.factories import requests_app as make
from tests.factories.accounts import approver, officer
from tests.factories.recordings import PlanFactory
from tests.recordings.services.ordering import middle_of, nearly_over

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from cctvportal.accounts.models import User
    from recordings.models import Segment

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("data_dir")]


def given(segments: list[Segment], head: User, title: str, days: int, who: User) -> HoldOrder:
    asked = middle_of(segments, who)
    wish = replace(asked.wish, until=now() + timedelta(days=days))
    return hold_orders.give(replace(asked, wish=wish, title=title), by=head)


def pages(head: User) -> dict[str, str]:
    """An office with something of each kind."""
    clerk = officer(name="Petugas Contoh", jabatan="Pranata Komputer")
    second = approver(name="Sekretaris Contoh", jabatan="Sekretaris BKPSDM")
    segments = nearly_over(PlanFactory())
    make.submitted()
    asked = replace(middle_of(segments, clerk), title="Kerusakan pagar sisi timur")
    proposal = hold_orders.propose(asked, by=clerk)
    calm = given(segments, head, "Kehilangan sepeda motor di parkir belakang", 60, clerk)
    soon = given(segments, head, "Tamu terjatuh di lobi", 2, head)
    asking = given(segments, second, "Laporan kehilangan dompet", 40, head)
    hold_orders.ask_release(asking, reason="Dompet sudah ditemukan pemiliknya", by=second)
    return {
        "daftar": "/penahanan/",
        "baru": "/penahanan/baru/",
        "usulan": f"/penahanan/{proposal.pk}/",
        "terima": f"/penahanan/{proposal.pk}/setujui/",
        "tolak": f"/penahanan/{proposal.pk}/tolak/",
        "tenang": f"/penahanan/{calm.pk}/",
        "segera": f"/penahanan/{soon.pk}/",
        "perpanjang": f"/penahanan/{soon.pk}/perpanjang/",
        "lepas": f"/penahanan/{calm.pk}/lepas/",
        "diminta": f"/penahanan/{asking.pk}/",
        "jawab": f"/penahanan/{asking.pk}/lepas/jawab/",
        "tetap": f"/penahanan/{asking.pk}/lepas/tetap-tahan/",
        "kotak": "/keputusan/",
    }


@one_visit
def test_every_page_fits_and_has_nothing_for_axe_to_find(
    portal_server: str, browser_page: Page
) -> None:
    head = approver(name="Kepala Contoh", jabatan="Kepala BKPSDM")
    found = {}
    addresses = pages(head)
    enter(browser_page, portal_server, head)
    for name, address in addresses.items():
        browser_page.goto(portal_server + address)
        found[name] = faults_at_both(browser_page, f"tahan-{name}")
    assert {name: said for name, said in found.items() if said} == {}


def test_footage_is_held_by_clicking(portal_server: str, browser_page: Page) -> None:
    page, plan = browser_page, PlanFactory()
    start = nearly_over(plan)[1].started_at
    assert start is not None
    head = approver(name="Kepala Contoh", jabatan="Kepala BKPSDM")
    enter(page, portal_server, head)
    page.goto(f"{portal_server}/penahanan/")
    page.get_by_role("link", name="Tahan rekaman").click()
    page.get_by_role("button", name="Lanjut: periksa dahulu").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert faults(page, "tahan-galat") == []
    page.get_by_label("Perihal").fill("Kehilangan di parkir")
    page.get_by_label(plan.camera.name).check()
    local = start.astimezone(WIB)
    for label, moment in (("mulai", local), ("selesai", local + timedelta(minutes=2))):
        page.get_by_label(f"Rekaman {label}, tanggal").fill(f"{moment:%Y-%m-%d}")
        page.get_by_label(f"Rekaman {label}, jam WIB").fill(f"{moment:%H:%M}")
    page.get_by_label("Alasan menahan").fill("Dilaporkan ke polisi, rekaman diminta")
    page.get_by_label("Peninjau").select_option(label="Kepala Contoh, Kepala BKPSDM")
    page.get_by_role("button", name="Lanjut: periksa dahulu").click()
    page.get_by_role("heading", name="Periksa, lalu tahan rekaman ini").wait_for()
    assert faults(page, "tahan-periksa") == []
    page.get_by_role("button", name="Tahan rekaman").click()
    page.get_by_text("Rekaman ditahan.").wait_for()
    assert faults(page, "tahan-hasil") == []
    assert HoldOrder.objects.get().state == "IN_FORCE"
