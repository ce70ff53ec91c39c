"""Assessment footage from the question to the destroyed source, by clicking (SOP steps 1 to 4)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e import case as steps
from tests.e2e.case import Case
from tests.e2e.conftest import Office

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_assessment_is_exported_handed_over_and_its_source_destroyed(office: Office) -> None:
    case = steps.case(office, "Uji kompetensi", "Lobi")
    pemohon = office["pemohon"]
    steps.ask(pemohon, case, room=True, letter=True)
    steps.decide(office["kepala"], case)
    passphrase = steps.give_passphrase(office["petugas"], case)
    lend_key(office, case)
    steps.watch(pemohon, case, passphrase)
    bring_key_back(office, case)
    steps.export(office["petugas"], case)
    steps.hand_over(office, pemohon, case)
    erase(office, case)
    steps.open_own(pemohon, case)
    pemohon.reads("Selesai", "Sumbernya sudah dimusnahkan")
    read_books(office, case)


def lend_key(office: Office, case: Case) -> None:
    pemohon, petugas = office["pemohon"], office["petugas"]
    petugas.follow("Lanjut: serahkan kunci")
    petugas.choose("K-01")
    petugas.press("Catat kunci keluar")
    steps.open_own(pemohon, case)
    pemohon.follow("Pastikan menerima kunci K-01")
    pemohon.press("Ya, sudah saya terima")


def bring_key_back(office: Office, case: Case) -> None:
    pemohon, petugas = office["pemohon"], office["petugas"]
    steps.at_desk(petugas, case)
    petugas.follow("Terima kunci K-01")
    petugas.press("Catat kunci kembali")
    steps.open_own(pemohon, case)
    pemohon.follow("Pastikan kunci K-01 kembali")
    pemohon.press("Ya, sudah saya kembalikan")


def erase(office: Office, case: Case) -> None:
    """The officer asks with the typed number, the approver agrees, the page tells the end."""
    kepala, petugas = office["kepala"], office["petugas"]
    petugas.home()
    petugas.follow("Minta pemusnahan", row=case.number)
    petugas.fill("Ketik nomor permohonan", case.number)
    petugas.press("Minta pemusnahan sumber")
    kepala.home()
    kepala.follow("Periksa pemusnahan", row=case.activity)
    kepala.press("Setujui pemusnahan")
    petugas.again()
    ending = expect(petugas.page.locator("#kemajuan-nama"))
    ending.to_have_text("Kunci dimusnahkan, berkas dihapus", timeout=60_000)
    petugas.look()


def read_books(office: Office, case: Case) -> None:
    pemeriksa = office["pemeriksa"]
    for title in ("Buku catatan akses", "Buku hard disk"):
        pemeriksa.choose_from_menu(title)
        pemeriksa.reads(case.number)
