"""A request that is refused, and what the office writes down meanwhile: kahar and kendala."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from tests.demo import asking, desk
from tests.demo.browser import Browser, Pick
from tests.demo.office import Case, Office, Range, wall_clock
from tests.demo.waiting import until

CAMERA: Final = "Lobi"
KAHAR: Final = "Listrik padam satu gedung, contoh"
KENDALA: Final = "Lensa Lobi tertutup dedaunan, contoh"
DONE: Final = "Diperiksa di tempat, sudah pulih"
_AGO, _LENGTH = timedelta(seconds=30), timedelta(seconds=12)


def story(office: Office) -> Case:
    start = wall_clock() - _AGO
    case = Case("Melihat siapa datang terlambat", CAMERA, Range(start, start + _LENGTH))
    with office.report.story("Ditolak: permohonan tanpa alasan, dan kejadian di kantor"):
        _ask(office, case)
        _events(office, case)
        _refuse(office, case)
    return case


def _ask(office: Office, case: Case) -> None:
    with office.report.step("1", "Kasubbag mengajukan permohonan tertulis tanpa surat"):
        asking.finish(asking.begin(office["umum"], case), case, room=False)


def _events(office: Office, case: Case) -> None:
    petugas, umum, step = office["petugas"], office["umum"], office.report.step
    with step("buku 5", "Petugas mencatat keadaan kahar dan menutupnya"):
        _enter(petugas, kind="Keadaan kahar", cause="Listrik padam", description=KAHAR)
        _close(petugas, KAHAR)
    with step("2", "Jam SOP permohonan berhenti selama keadaan kahar, dengan alasannya"):
        umum.open(case.detail).must_say("Jeda keadaan kahar", KAHAR)
    with step("buku 2", "Petugas mencatat kendala rekaman dan menutupnya"):
        cause = "Kamera rusak atau terhalang"
        _enter(petugas, kind="Kendala rekaman", cause=cause, description=KENDALA, camera="Lobi")
        _close(petugas, KENDALA)


def _enter(officer: Browser, *, kind: str, cause: str, description: str, camera: str = "") -> None:
    moment = wall_clock()
    form = officer.open("/pemantauan/").follow("/kejadian/$").follow("/catat/")
    cameras = {"cameras": Pick(camera)} if camera else {}
    form.press(
        "Catat kejadian",
        kind=Pick(kind),
        cause=Pick(cause),
        started_on=f"{moment:%Y-%m-%d}",
        started_time=f"{moment:%H:%M:%S}",
        description=description,
        **cameras,
    ).must_say(description)


def _close(officer: Browser, description: str) -> None:
    """A second after it was opened at the earliest: the form knows no fractions."""
    page = officer.open("/kejadian/")
    cards = page.tree.xpath("//main//li[contains(@class,'cp-card')]")
    card = next(one for one in cards if description in one.text_content())
    form = officer.open(str(card.xpath(".//a/@href")[0]))
    opened = wall_clock()

    def later() -> datetime | None:
        moment = wall_clock()
        return moment if moment > opened else None

    moment = until(later, what="detik berikutnya", seconds=5, every=0.1)
    form.press(
        "Tutup catatan",
        ended_on=f"{moment:%Y-%m-%d}",
        ended_time=f"{moment:%H:%M:%S}",
        action_taken=DONE,
    )


def _refuse(office: Office, case: Case) -> None:
    umum, sekretaris, step = office["umum"], office["sekretaris"], office.report.step
    with step("2", "Sekretaris menelepon, kegiatannya tidak dibenarkan"):
        page = sekretaris.open("/").follow(f"{asking.keyed(case, '/keputusan')}$")
        page = page.press("Catat hasil", name=asking.VALIDATOR, outcome=Pick("Tidak membenarkan"))
    with step("2", "Sekretaris menolak dengan alasan"):
        question = page.follow("/tolak/$")
        if not question.try_press("Tolak").errors:
            question.press("Tolak")
        question.press("Tolak", reason="Tidak ada peristiwa yang membutuhkan rekaman")
    with step("2", "Pemohon membaca penolakan dan alasannya, tanpa akses apa pun"):
        umum.open(case.detail).must_say("Tidak ada peristiwa")
        desk.status(umum, case, "Ditolak")
