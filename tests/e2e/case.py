"""SOP steps 1 to 3 and the hand-over, clicked by the people whose steps they are."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from playwright.sync_api import expect

from tests.browser import until
from tests.demo.asking import LETTER
from tests.demo.office import Range, wall_clock
from tests.e2e.conftest import Office
from tests.e2e.person import Person

VALIDATOR: Final = "Koordinator Contoh"
DISK: Final = "HDD-DEMO"
# Long enough to hold parts of two of the demo's segments.
LENGTH: Final = timedelta(seconds=12)
# Then the segment with its end is closed, and a story takes longer than this.
_AGO: Final = timedelta(seconds=26)
_NUMBER: Final = re.compile(r"\d{3}/CCTV/[IVX]+/\d{4}")


@dataclass(slots=True)
class Case:
    activity: str
    camera: str
    range: Range
    number: str = ""


def case(office: Office, event: str, camera: str) -> Case:
    """About footage that is recorded already, and that no story before it asked for."""
    start = max(office.stack.since, wall_clock() - _AGO)
    return Case(f"{event} di layar {office.walk.size[0]}", camera, Range(start, start + LENGTH))


def ask(applicant: Person, case: Case, *, room: bool, letter: bool) -> None:
    """From the first question to the number that the request got."""
    applicant.home()
    applicant.follow("Ajukan permohonan")
    applicant.fill("Kegiatan atau peristiwa", case.activity)
    applicant.fill("Dasar pemrosesan", "Surat tugas 800/SEK")
    if letter:
        applicant.attach("Surat", LETTER.name, LETTER.content)
    applicant.press("Lanjut")
    choose_footage(applicant, case)
    wait_until_recorded(applicant, case)
    send(applicant, case, room=room)


def send(applicant: Person, case: Case, *, room: bool) -> None:
    """From the chosen footage to the number."""
    applicant.press("Lanjut")
    applicant.fill("Nama", VALIDATOR)
    applicant.fill("Jabatan", "Koordinator kegiatan")
    applicant.fill("Telepon", "0274 555 010")
    if room:
        applicant.choose("Saya perlu masuk ke ruang rekaman")
    applicant.press("Lanjut")
    applicant.reads(case.activity, VALIDATOR, "Rekaman terhapus sendiri pada")
    applicant.press("Kirim permohonan")
    applicant.reads("Permohonan terkirim")
    case.number = number_on(applicant)


def choose_footage(applicant: Person, case: Case) -> None:
    asked = case.range
    applicant.fill("Tanggal", f"{asked.start:%Y-%m-%d}")
    applicant.choose("Atur sendiri")
    applicant.fill("Mulai", f"{asked.start:%H:%M:%S}")
    applicant.fill("Selesai$", f"{asked.end:%H:%M:%S}")
    if asked.spills:
        applicant.choose("Selesai pada hari berikutnya")
    applicant.choose(case.camera)


def wait_until_recorded(applicant: Person, case: Case, *, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    look = applicant.page.get_by_role("button", name="Tampilkan rekaman yang ada")
    whole = applicant.page.get_by_text(f"{case.camera}: lengkap")
    while True:
        look.click()
        applicant.page.wait_for_load_state("load")
        if whole.count():
            return applicant.look()
        assert time.monotonic() < deadline, applicant.page.locator("main").inner_text()
        applicant.page.wait_for_timeout(1500)


def number_on(person: Person) -> str:
    found = _NUMBER.search(person.page.locator("main").inner_text())
    assert found is not None
    return found.group()


def decide(approver: Person, case: Case) -> None:
    """Reads it, writes the call down, approves."""
    approver.home()
    approver.follow("Baca dan putuskan", row=case.activity)
    approver.reads(case.activity, case.number, "Ditahan untuk permohonan ini")
    approver.choose("Membenarkan kegiatan ini")
    approver.press("Catat hasil")
    approver.reads("Hasil telepon dicatat.")
    approver.follow("Setujui")
    approver.press("Setujui")
    approver.reads("Permohonan disetujui.")


def give_passphrase(officer: Person, case: Case) -> str:
    """Shown once; the page that shows it is left by its own next step."""
    officer.home()
    officer.follow("Serahkan", row=case.number)
    officer.press("Tampilkan sandi sekali")
    return str(officer.page.locator("#sandi").get_attribute("data-text"))


def at_desk(officer: Person, case: Case) -> None:
    """The request's page, from the officer's tasks."""
    officer.home()
    officer.follow(case.number)


def watch(applicant: Person, case: Case, passphrase: str) -> None:
    """The checking room: the door, and the film running."""
    open_own(applicant, case)
    applicant.follow("Buka ruang periksa")
    applicant.fill("Sandi ruang periksa", passphrase)
    applicant.press("Buka ruang periksa")
    applicant.press("Putar rekaman")
    until(applicant.page, "document.querySelector('video').currentTime > 1", seconds=20)
    applicant.look()


def open_own(applicant: Person, case: Case) -> None:
    applicant.home()
    applicant.follow(case.activity)


def export(officer: Person, case: Case) -> None:
    """Onto the disk; the page tells by itself how far it is, until it was read back."""
    at_desk(officer, case)
    officer.follow("Ekspor")
    officer.choose(DISK)
    officer.press("Mulai ekspor")
    officer.waits_for("Aman dicabut. Isi hard disk sama dengan sumber.")
    officer.press("Tampilkan sandi paket sekali")
    expect(officer.page.locator("#sandi")).to_have_attribute("data-text", re.compile(r"\w{4}-"))


def hand_over(office: Office, applicant: Person, case: Case) -> None:
    officer = office["petugas"]
    officer.follow("Lanjut: serahkan hard disk")
    officer.choose("Hard disk sudah saya berikan")
    officer.press("Catat serah terima")
    applicant.home()
    applicant.follow("Pastikan serah terima", row=case.activity)
    applicant.reads("menjamin kerahasiaan")
    applicant.choose("Saya menyatakan seperti tertulis di atas")
    applicant.press("Terima dan nyatakan")
