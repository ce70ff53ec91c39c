"""An oral request, decided by phone, and only looked at: what each has to confirm by a login."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from tests.demo import asking, desk, room
from tests.demo.browser import PageError, Pick
from tests.demo.office import LENGTH, Case, Office, Range

CAMERA: Final = "Lobi"
# So long after the assessment's range that no segment of it, rounded outward, is asked for again.
_LATER, _LENGTH = LENGTH + timedelta(seconds=15), timedelta(seconds=12)


def story(office: Office) -> Case:
    start = office.since + _LATER
    case = Case("Rekaman lisan seleksi contoh", CAMERA, Range(start, start + _LENGTH))
    with office.report.story("Lisan: diputuskan lewat telepon, hanya dilihat"):
        _ask(office, case)
        _decide(office, case)
        _look(office, case)
    return case


def _ask(office: Office, case: Case) -> None:
    petugas, step = office["petugas"], office.report.step
    with step("1", "Petugas mencatat permohonan lisan"):
        form = petugas.open("/").follow("/lisan/$")
        page = form.press(
            "Kirim permohonan",
            applicant=Pick("Pemohon Contoh"),
            activity=case.activity,
            legal_basis="Perintah lisan Kepala",
            cameras=Pick(case.camera),
            day=f"{case.range.start:%Y-%m-%d}",
            starts_at=f"{case.range.start:%H:%M:%S}",
            ends_at=f"{case.range.end:%H:%M:%S}",
            validator_name=asking.VALIDATOR,
            validator_phone="0274 555 010",
        )
        case.number = asking.number_in(page)
        case.detail = page.path.removeprefix("/admin")


def _decide(office: Office, case: Case) -> None:
    petugas, sekretaris, step = office["petugas"], office["sekretaris"], office.report.step
    with step("2", "Petugas mencatat telepon validasi"):
        desk.note_call(petugas, case)
    with step("2", "Petugas mencatat keputusan Sekretaris yang disampaikan lewat telepon"):
        page = desk.at_desk(petugas, case).follow("/telepon/$")
        page.press("Catat keputusan", approver=Pick("Sekretaris"), verdict=Pick("Disetujui"))
    with step("3", "Sebelum Sekretaris memastikan, tidak ada sandi"):
        page = petugas.open(f"{case.desk}sandi/").must_say("belum dipastikan")
        if page.tree.xpath("//main//form"):
            raise PageError("sandi sudah dapat diberikan")
    with step("2", "Sekretaris memastikan keputusannya dengan akun sendiri"):
        question = sekretaris.open("/").follow("/telepon/$").must_say(case.activity)
        question.press("Ya, ini keputusan saya")


def _look(office: Office, case: Case) -> None:
    pemohon, petugas, step = office["pemohon"], office["petugas"], office.report.step
    with step("1", "Pemohon memastikan permohonan yang dicatat petugas"):
        page = pemohon.open("/").follow(f"{case.detail}$").follow("/pastikan/$")
        page.press("Ya, ini permohonan saya")
    with step("3", "Petugas memberikan sandi, pemohon membuka ruang periksa"):
        view = room.unlock(pemohon, case, desk.issue(petugas, case))
        view = room.when_whole(view)
    with step("3", "Pemohon memutar rekaman yang disetujui"):
        reel = room.play(pemohon, view, case.range)
    with step("3", "Pemohon mengembalikan akses tanpa merekam"):
        pemohon.open(case.detail).follow("/kembalikan/$").press("Kembalikan akses")
        desk.status(pemohon, case, "Selesai")
    with step("3", "Sejak itu ruang periksa tertutup"):
        if not all(pemohon.is_missing(url) for url in (reel.playlist, *reel.pieces)):
            raise PageError("rekaman masih dapat diputar")
