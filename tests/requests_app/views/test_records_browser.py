"""The books, the monitoring page and the incident forms in Chromium, at both widths."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from cctvportal.accounts.models import User
from cctvportal.common.clock import now
from devices.enums import IncidentCause, IncidentKind
from devices.services.incidents import close_incident
from recordings.enums import GapCause
from requests_app.selectors.monitoring import bounds, day_of
from requests_app.services.keys import confirm_key_received, hand_key
from tests.browser import axe, enter, faults_at_both, one_visit, picture, until
from tests.factories import books
from tests.factories import requests_app as make
from tests.factories.accounts import applicant, approver, officer
from tests.factories.devices import RoomFactory, RoomKeyFactory

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
PAGES = {
    "buku-akses": "/buku/akses/",
    "buku-akses-kosong": "/buku/akses/?nomor=tidak-ada&dari=kemarin",
    "buku-kendala": "/buku/kendala/",
    "buku-hard-disk": "/buku/hard-disk/",
    "buku-pemantauan": "/buku/pemantauan/",
    "buku-kahar": "/buku/kahar/",
    "pemantauan": "/pemantauan/",
    "kejadian": "/kejadian/",
    "kejadian-catat": "/kejadian/catat/",
}


@pytest.fixture
def clerk(portal_server: str) -> User:
    """An officer of an office in which something of each kind has happened."""
    person = officer(name="Petugas Contoh", jabatan="Pranata Komputer Ahli Pertama")
    _request(person)
    _cameras(person)
    return person


def _request(clerk: User) -> None:
    asker = applicant(name="Pemohon Contoh", jabatan="Asesor SDM Aparatur Ahli Muda")
    head = approver(name="Kepala Contoh", jabatan="Kepala BKPSDM")
    row = make.submitted(asker, activity="Uji kompetensi jabatan pengawas, gelombang 3")
    row = make.issued(make.approved(row, by=head), by=clerk)
    key = RoomKeyFactory(label="RR-1", room=RoomFactory(name="Ruang Rekaman"))
    confirm_key_received(hand_key(row, key=key, by=clerk), by=asker)
    books.erased(books.handed_over(row))
    make.exported(make.issued(make.approved(by=head), by=clerk))


def _cameras(clerk: User) -> None:
    start, _end = bounds(day_of(now()))
    good = books.recording("Ruang Asesmen 1, depan")
    broken = books.recording("Lobi timur", last_frame_at=now() - timedelta(minutes=72))
    covered = books.recording("Lorong lantai 2")
    for plan in (good, broken, covered):
        for part in range(8):
            for ten in range(8):
                make.footage(plan.camera, start + timedelta(minutes=90 * part + 10 * ten), 10)
    books.gap(broken.camera, now() - timedelta(minutes=72), None)
    books.gap(good.camera, now() - timedelta(minutes=50), 4, cause=GapCause.STALLED)
    books.incident(
        cameras=[covered.camera],
        cause=IncidentCause.CAMERA,
        description="Gambar tertutup spanduk kegiatan.",
        by=clerk,
    )
    row = books.incident(IncidentKind.FORCE_MAJEURE, by=clerk)
    close_incident(row, ended_at=now(), action_taken="Genset dinyalakan.", by=clerk)


@one_visit
def test_pages_fit_and_have_nothing_for_axe_to_find(
    portal_server: str, browser_page: Page, clerk: User
) -> None:
    enter(browser_page, portal_server, clerk)
    found = {}
    for name, address in PAGES.items():
        browser_page.goto(f"{portal_server}{address}")
        found[name] = faults_at_both(browser_page, name)
    assert {name: said for name, said in found.items() if said} == {}


def test_officer_notes_and_closes_an_incident_by_clicking(
    portal_server: str, browser_page: Page, clerk: User
) -> None:
    enter(browser_page, portal_server, clerk)
    browser_page.goto(f"{portal_server}/kejadian/catat/?jenis=FORCE_MAJEURE")
    browser_page.get_by_role("button", name="Catat kejadian").click()
    expect(browser_page.get_by_role("alert")).to_be_visible()
    assert axe(browser_page) == []
    picture(browser_page, "kejadian-galat")
    browser_page.get_by_label("Sebab").select_option("FLOOD")
    browser_page.get_by_label("Yang terjadi").fill("Air masuk ruang rekaman.")
    browser_page.get_by_role("button", name="Catat kejadian").click()
    browser_page.get_by_role("link", name="Tutup catatan banjir").click()
    assert axe(browser_page) == []
    picture(browser_page, "kejadian-tutup")
    expect(browser_page.get_by_label("Yang dilakukan")).to_be_visible()


def test_monitoring_refreshes_itself(portal_server: str, browser_page: Page, clerk: User) -> None:
    enter(browser_page, portal_server, clerk)
    browser_page.goto(f"{portal_server}/pemantauan/")
    assert browser_page.get_by_role("heading", name="Aula").count() == 0
    books.recording("Aula")
    heading = "[...document.querySelectorAll('h3')].some((one) => one.textContent === 'Aula')"
    until(browser_page, heading, seconds=20)
    assert axe(browser_page) == []


def test_a_book_prints_with_letterhead_and_room_for_signatures(
    portal_server: str, browser_page: Page, clerk: User
) -> None:
    enter(browser_page, portal_server, clerk)
    browser_page.goto(f"{portal_server}/buku/akses/")
    browser_page.emulate_media(media="print")
    expect(browser_page.get_by_text("Pemerintah Kota Yogyakarta")).to_be_visible()
    expect(browser_page.get_by_text("Mengetahui,")).to_be_visible()
    expect(browser_page.get_by_role("button", name="Saring")).not_to_be_visible()
    picture(browser_page, "buku-akses-cetak")
