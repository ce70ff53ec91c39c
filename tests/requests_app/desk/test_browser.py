"""The desk in Chromium, at both widths: every page with rows in it, and the acts by clicking."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from cctvportal.common.clock import WIB, now
from tests.browser import enter, faults, faults_at_both, one_visit, picture, until
from tests.factories import requests_app as made
from tests.requests_app.desk import office
from tests.requests_app.desk.pages import SECRET, url

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from cctvportal.accounts.models import User

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("data_dir")]


@dataclass(frozen=True, slots=True)
class Visit:
    """An officer at the desk of a portal of their own."""

    page: Page
    server: str
    clerk: User
    head: User

    def go(self, address: str) -> None:
        answer = self.page.goto(self.server + address)
        assert answer is not None
        assert answer.ok, (address, answer.status)


@pytest.fixture
def visit(portal_server: str, data_dir: Path, browser_page: Page) -> Visit:
    clerk, head = office.clerk_and_head()
    enter(browser_page, portal_server, clerk)
    return Visit(browser_page, portal_server, clerk, head)


@one_visit
def test_every_page_fits_and_has_nothing_for_axe_to_find(visit: Visit, tmp_path: Path) -> None:
    found = {}
    for name, address in office.furnished(tmp_path, visit.clerk, visit.head).items():
        visit.go(address)
        found[name] = faults_at_both(visit.page, name)
    assert {name: said for name, said in found.items() if said} == {}


def test_the_registers_keep_the_desks_list(visit: Visit) -> None:
    """Django's own lists and forms have the same menu as the desk."""
    found = {}
    for name, address in office.registers().items():
        visit.go(address)
        menu = visit.page.get_by_role("navigation", name="Menu petugas")
        if not menu.is_visible():
            visit.page.get_by_text("Menu petugas").first.click()
        menu.get_by_role("link", name="Tugas saya").wait_for()
        found[name] = faults(visit.page, f"daftar-{name}")
    assert {name: said for name, said in found.items() if said} == {}


def test_passphrase_and_key_are_handed_over_by_clicking(visit: Visit) -> None:
    page = visit.page
    visit.go(office.given(visit.clerk, visit.head)["disetujui"])
    page.get_by_role("link", name="Serahkan", exact=True).click()
    button = page.get_by_role("button", name="Tampilkan sandi sekali")
    button.dblclick()
    page.get_by_role("heading", name="Berikan sandi ini kepada").wait_for()
    expect(page.locator("#sandi")).to_have_attribute("data-text", SECRET)
    assert faults(page, "sandi-tampil") == []
    page.get_by_role("link", name="Lanjut: serahkan kunci").click()
    page.get_by_label("RR-1, Ruang Rekaman").check()
    page.get_by_role("button", name="Catat kunci keluar").click()
    expect(page.get_by_text("Kunci RR-1 dicatat keluar.")).to_be_visible()
    assert faults(page, "kunci-dicatat") == []


def test_wrong_answers_are_named_and_kept(visit: Visit) -> None:
    page = visit.page
    visit.go(url("request_oral"))
    page.get_by_label("Kegiatan atau peristiwa").fill("Uji coba")
    page.get_by_role("button", name="Kirim permohonan").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert faults(page, "lisan-galat") == []
    assert page.get_by_label("Kegiatan atau peristiwa").input_value() == "Uji coba"
    row = made.handed_over(by=visit.clerk)
    visit.go(url("request_erase", row.pk))
    page.get_by_label("Ketik nomor permohonan").fill("salah")
    page.get_by_role("button", name="Minta pemusnahan sumber").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert faults(page, "hapus-galat") == []


def test_phone_call_is_noted_by_clicking(visit: Visit) -> None:
    page = visit.page
    visit.go(office.asked(visit.head)["telepon"])
    page.get_by_label("Yang memutuskan").select_option(label="Kepala Contoh")
    page.get_by_label("Jam telepon, WIB").fill(f"{now().astimezone(WIB):%H:%M}")
    page.get_by_label("Disetujui").check()
    page.get_by_role("button", name="Catat keputusan").click()
    expect(page.get_by_text("Kepala Contoh harus memastikannya")).to_be_visible()
    assert faults(page, "telepon-dicatat") == []


def test_package_passphrase_is_shown_once_by_clicking(visit: Visit, tmp_path: Path) -> None:
    page, done = visit.page, office.handed(tmp_path, visit.clerk)["selesai"]
    visit.go(done)
    page.get_by_role("button", name="Tampilkan sandi paket sekali").click()
    expect(page.get_by_text(SECRET)).to_be_visible()
    assert faults(page, "sampul") == []
    page.emulate_media(media="print")
    picture(page, "sampul-cetak")
    visit.go(done)
    assert not SECRET.search(page.content())
    assert faults(page, "selesai-sudah") == []


def test_camera_is_tried_without_leaving_the_form(visit: Visit) -> None:
    page = visit.page
    visit.go(url("camera_new"))
    page.get_by_label("Alamat").fill("rtsp://127.0.0.1:9/tidak-ada")
    page.get_by_label("Kata sandi kamera").fill("tetap di sini")
    page.get_by_role("button", name="Uji sambungan").click()
    until(page, "document.querySelector('#hasil .alert') !== null")
    assert faults(page, "kamera-uji") == []
    assert page.get_by_label("Kata sandi kamera").input_value() == "tetap di sini"
