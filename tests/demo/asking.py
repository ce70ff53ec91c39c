"""SOP steps 1 and 2 as the applicant and the approver do them at their own browsers."""

from __future__ import annotations

import re
from typing import Final

from tests.demo.browser import Browser, Page, PageError, Pick, Upload
from tests.demo.office import Case
from tests.demo.waiting import until

VALIDATOR: Final = "Koordinator Contoh"
# As small as a PDF can be that a reader opens.
LETTER: Final = Upload(
    "surat tugas.pdf",
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n",
)
_NUMBER: Final = re.compile(r"\d{3}/CCTV/[IVX]+/\d{4}")


def number_in(page: Page) -> str:
    found = _NUMBER.search(page.text)
    if found is None:
        raise PageError(f"{page.path} tidak menyebut nomor permohonan: {page.sentence}")
    return found.group()


def begin(applicant: Browser, case: Case, letter: Upload | None = None) -> Page:
    """The first question answered; the second one is shown."""
    first = applicant.open("/").follow("/ajukan/$")
    uploads = {"letter": letter} if letter else {}
    return first.press(
        "Lanjut", activity=case.activity, legal_basis="Surat tugas 800/SEK", **uploads
    )


def _look(page: Page, case: Case, button: str) -> Page:
    asked = case.range
    return page.press(
        button,
        date=f"{asked.start:%Y-%m-%d}",
        preset="lain",
        starts_at=f"{asked.start:%H:%M:%S}",
        ends_at=f"{asked.end:%H:%M:%S}",
        next_day=asked.spills,
        cameras=Pick(case.camera),
    )


def promise(page: Page, case: Case) -> str:
    """What the page says one would get of the camera: `lengkap`, `tidak ada rekaman` or so."""
    seen = _look(page, case, "Tampilkan rekaman yang ada")
    lines = [" ".join(node.text_content().split()) for node in seen.tree.xpath("//main//ul/li")]
    return next((line for line in lines if line.startswith(f"{case.camera}:")), "")


def wait_until_recorded(page: Page, case: Case, seconds: float = 120) -> None:
    def whole() -> str | None:
        said = promise(page, case)
        return said if "lengkap" in said else None

    until(whole, what=f"rekaman {case.camera} lengkap", seconds=seconds)


def finish(page: Page, case: Case, *, room: bool) -> None:
    """From the question for cameras to the number that the request got."""
    contact = _look(page, case, "Lanjut")
    check = contact.press(
        "Lanjut",
        validator_name=VALIDATOR,
        validator_position="Koordinator kegiatan",
        validator_phone="0274 555 010",
        wants_room=room,
    )
    check.must_say(case.activity, case.camera, VALIDATOR)
    sent = check.press("Kirim permohonan").must_say("Permohonan terkirim")
    case.number = number_in(sent)
    case.detail = sent.follow(r"/permohonan/[0-9a-f-]{36}/$").path


def availability(applicant: Browser, case: Case) -> str:
    """What a new request for the same footage would be promised; nothing is sent."""
    page = begin(applicant, case)
    try:
        return promise(page, case)
    finally:
        page.follow("/buang/$").press("Buang")


def call_and_note(approver: Browser, case: Case) -> Page:
    """The approver reads the request and writes down the call that vouched for it."""
    page = approver.open("/").must_say("Kotak masuk").follow(f"{keyed(case, '/keputusan')}$")
    page.must_say(case.activity)
    return page.press(
        "Catat hasil",
        name=VALIDATOR,
        outcome=Pick("Membenarkan kegiatan ini"),
        note="Dihubungi lewat telepon",
    ).must_say("Membenarkan kegiatan ini")


def keyed(case: Case, place: str) -> str:
    """The address of the same request at another place: `/keputusan/<id>/`."""
    return case.detail.replace("/permohonan", place, 1)
