"""Security footage (SOP step 5): exported, handed over, kept, and then let go by its policy."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from tests.demo import asking, desk
from tests.demo.browser import PageError
from tests.demo.office import LENGTH, Case, Office, Range, wall_clock
from tests.demo.proof import check_strips, note_gone
from tests.demo.waiting import until

CAMERA: Final = "Parkir"
# Its policy is two minutes; the purge's beat and what a busy machine may add come on top.
_PATIENCE: Final = 150


def story(office: Office) -> Case:
    start = office.since + timedelta(seconds=1)
    case = Case("Kehilangan helm di parkiran", CAMERA, Range(start, start + LENGTH))
    with office.report.story("Keamanan: direkam, diserahkan, lalu kedaluwarsa sendiri"):
        _permit(office, case)
        _record(office, case)
    return case


def _permit(office: Office, case: Case) -> None:
    umum, kepala, petugas = office["umum"], office["kepala"], office["petugas"]
    step = office.report.step
    with step("1", "Kasubbag memilih kamera dan waktu, dan menunggu rekamannya lengkap"):
        page = asking.begin(umum, case)
        asking.wait_until_recorded(page, case)
    with step("1", "Kasubbag mengajukan permohonan tertulis"):
        asking.finish(page, case, room=False)
    with step("2", "Petugas mencatat telepon validasi"):
        desk.note_call(petugas, case)
    with step("2", "Kepala membaca dan menyetujui"):
        page = kepala.open("/").follow(f"{asking.keyed(case, '/keputusan')}$")
        page.must_say("Membenarkan kegiatan ini").follow("/setujui/$").press("Setujui")
    with step("3", "Petugas memberikan sandi ruang periksa, ditampilkan sekali"):
        desk.issue(petugas, case)


def _record(office: Office, case: Case) -> None:
    umum, petugas, step = office["umum"], office["petugas"], office.report.step
    with step("5", "Petugas mengekspor ke hard disk, dan isinya dibaca ulang"):
        page = desk.export(petugas, case)
    with step("5", "Sandi paket ditampilkan satu kali"):
        package = desk.package_secret(office, case, page)
    check_strips(office, package, case)
    with step("5", "Petugas menyerahkan hard disk, Kasubbag menerima dan menyatakan kerahasiaan"):
        desk.hand_over(petugas, umum, case)
    with step("5", "Berita acara serah terima diunduh, permohonan selesai"):
        desk.paper(umum, case, "serah-rekaman")
        desk.status(umum, case, "Selesai")
    with step("5", "Sumber rekaman keamanan tetap tersimpan setelah serah terima"):
        said = asking.availability(umum, case)
        if "lengkap" not in said:
            raise PageError(said or "kamera tidak ditawarkan lagi")


def expiry(office: Office, case: Case) -> None:
    """The range goes by itself, seen at the pages that anybody would look at."""
    umum, auditor, step = office["umum"], office["pemeriksa"], office.report.step
    with office.report.story("Keamanan: masa simpan dua menit berakhir"):
        with step("5", "Rekaman keamanan kedaluwarsa sendiri, tanpa seorang pun menekan tombol"):
            page = asking.begin(umum, case)

            def gone() -> str | None:
                said = asking.promise(page, case)
                return said if "tidak ada rekaman" in said else None

            until(gone, what="rekaman Parkir kedaluwarsa", seconds=_PATIENCE, every=2)
            page.follow("/buang/$").press("Buang")
        with step("buku 4", "Buku pemantauan menyebut masa simpan dan rekaman yang tersisa"):
            book = auditor.open("/buku/pemantauan/").must_say(CAMERA, "2 menit")
            row = next(one for one in book.rows if one.startswith(CAMERA))
            if _kept_since(row) < case.range.end.replace(second=0):
                raise PageError(f"buku masih menyebut rekaman yang kedaluwarsa: {row}")
        with step("buku 1", "Buku akses menyebut penghapusan oleh sistem"):
            auditor.open("/buku/akses/?jenis=penghapusan").must_say("Menghapus rekaman", "Sistem")
        with step("5", "Berkasnya tidak ada lagi di media simpan"):
            note_gone(office, case, "kedaluwarsa")


def _kept_since(row: str) -> datetime:
    """The minute since which a camera's footage is kept; the book's second time after the last."""
    hour, minute = re.findall(r"\b(\d\d)\.(\d\d)\b", row.partition(" potongan")[0])[-1]
    today = wall_clock()
    told = today.replace(hour=int(hour), minute=int(minute), second=0)
    return told if told <= today else told - timedelta(days=1)
