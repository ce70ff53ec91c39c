"""SOP steps 2 to 4 as the officer does them at the desk, each by the links of the desk."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from tests.demo.asking import VALIDATOR
from tests.demo.browser import Browser, Page, PageError, Pick, words
from tests.demo.office import Case, Office
from tests.demo.report import Package
from tests.demo.waiting import until

DISK: Final = "HDD-DEMO"
_FOLDER: Final = re.compile(r"EKSPOR-[A-Z0-9-]+")


def at_desk(officer: Browser, case: Case) -> Page:
    """The request's page, from the officer's tasks."""
    return officer.open("/").must_say("Tugas saya").follow(f"{case.desk}$")


def note_call(officer: Browser, case: Case) -> None:
    page = at_desk(officer, case).follow("/validasi/$").must_say(VALIDATOR)
    page.press("Catat telepon", outcome=Pick("Membenarkan kegiatan ini"))


def issue(officer: Browser, case: Case) -> str:
    """The passphrase of the checking room, as the page shows it this once."""
    page = at_desk(officer, case).follow("/sandi/$")
    secret = page.press("Tampilkan sandi sekali").secret
    page.again().must_say("tidak dapat dilihat lagi")
    return secret


def key_out(officer: Browser, applicant: Browser, case: Case) -> None:
    page = at_desk(officer, case).follow(f"{case.desk}kunci/$")
    page.press("Catat kunci keluar", key=Pick("K-01"))
    question = applicant.open(case.detail).follow(r"/kunci/\d+/$")
    question.press("Ya, sudah saya terima")


def key_in(officer: Browser, applicant: Browser, case: Case) -> None:
    page = at_desk(officer, case).follow(r"/kunci/\d+/kembali/$")
    page.press("Catat kunci kembali")
    question = applicant.open(case.detail).follow(r"/kunci/\d+/$")
    question.press("Ya, sudah saya kembalikan")


def export(officer: Browser, case: Case) -> Page:
    """Onto the disk, until it was read back; the page with the package."""
    form = at_desk(officer, case).follow("/ekspor/$")
    form.must_say("lengkap", "kira-kira")
    started = form.press("Mulai ekspor", medium=Pick(DISK))
    done = follow_job(started, "ekspor", seconds=120)
    return done.must_say("Aman dicabut. Isi hard disk sama dengan sumber.")


def follow_job(page: Page, what: str, *, seconds: float) -> Page:
    """Asks for a job's progress as the page itself would, until the whole page is due again."""

    def over() -> Page | None:
        now = page.again()
        job = now.tree.xpath("//*[@id='kemajuan']/@hx-get")
        if not job:
            return now
        answer = page.browser.get(str(job[0]), **{"HX-Request": "true"})
        if answer.status_code != 200:
            raise PageError(f"{what}: kemajuan menjawab {answer.status_code}")
        return page.again() if "HX-Refresh" in answer.headers else None

    return until(over, what=f"{what} selesai", seconds=seconds, every=0.3)


def status(reader: Browser, case: Case, word: str) -> None:
    """The request's state as its page says it at the top."""
    page = reader.open(case.detail)
    found = [
        words(one)
        for one in page.tree.xpath("//main//h1/following::span[contains(@class,'cp-status')]")
    ]
    if found[:1] != [word]:
        raise PageError(f"{page.path}: keadaannya {found[:1]}, bukan {word}")


def package_secret(office: Office, case: Case, page: Page) -> Package:
    """The package with its passphrase, which is shown once and never again."""
    secret = page.press("Tampilkan sandi paket sekali").secret
    again = page.again().must_say("tidak ditampilkan lagi")
    folder = _FOLDER.search(again.text)
    if folder is None or again.tree.xpath("//*[@id='sandi']"):
        raise PageError(f"{again.path}: sandi tampil lagi, atau nama paket tidak ada")
    package = Package(str(disk(office) / folder.group()), secret, case.number)
    office.report.packages.append(package)
    return package


def disk(office: Office) -> Path:
    """Where the demo's disk is plugged in."""
    return office.data_dir / "disk-demo"


def hand_over(officer: Browser, applicant: Browser, case: Case) -> None:
    """The officer gives the disk; the applicant receives it with the statement of secrecy."""
    page = at_desk(officer, case).follow("/serah-terima/$")
    page.must_say("menjamin kerahasiaan").press("Catat serah terima", given=True)
    question = applicant.open(case.detail).follow("/terima/$")
    question.must_say("menjamin kerahasiaan").press("Terima dan nyatakan", agrees=True)


def paper(reader: Browser, case: Case, kind: str) -> None:
    """A paper of the request as PDF, from the link on its page."""
    page = reader.open(case.detail)
    found = page.links(f"/naskah/{kind}.pdf$")
    if not found:
        raise PageError(f"{page.path} tidak punya tautan ke naskah {kind}")
    answer = reader.get(found[0])
    if answer.status_code != 200 or not answer.content.startswith(b"%PDF-"):
        raise PageError(f"naskah {kind}: {answer.status_code} {answer.text[:200]}")
