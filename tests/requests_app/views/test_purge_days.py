from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from cctvportal.audit.models import Entry
from cctvportal.common.clock import WIB
from recordings.models import PurgeDay
from requests_app.papers.purge_day import purge_day
from requests_app.papers.setting import pictures
from tests.factories.accounts import applicant, approver, auditor, it_admin, officer
from tests.requests_app.desk.pages import text
from tests.requests_app.views.test_ask import logged_in

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 23)


def certificate(day: date = MONDAY, cameras: int = 2) -> PurgeDay:
    start = datetime(2026, 10, 23, tzinfo=WIB)
    facts = {"segments": 1440, "bytes": 4_000_000_000, "from": start.isoformat()}
    listed = [
        {**facts, "camera": n, "name": f"Kamera {n}", "until": start.replace(hour=23).isoformat()}
        for n in range(cameras)
    ]
    return PurgeDay.objects.create(
        day=day,
        segments=1440 * cameras,
        bytes=4_000_000_000 * cameras,
        cameras=listed,
        runs=96,
        held_back=12,
        remains=1,
        epoch_before=41,
        epoch_after=137,
        fingerprint="ab" * 32,
        slowest_s=900,
        made_at=datetime(2026, 11, 24, 0, 10, tzinfo=WIB),
    )


def test_the_days_are_listed_with_what_went_and_what_stayed() -> None:
    certificate()
    page = text(logged_in(auditor()).get("/penghapusan/"))
    for said in ("Senin, 23 November 2026", "2.880 potongan", "8 GB", "15 menit", "12 potongan"):
        assert said in page
    assert "Yang tidak dibuktikan" in page


def test_without_any_the_page_says_so() -> None:
    assert "Belum ada keterangan." in text(logged_in(officer()).get("/penghapusan/"))


@pytest.mark.parametrize("person", [officer, approver, auditor])
def test_one_is_taken_along_as_pdf_and_that_is_noted(person: Any) -> None:
    row = certificate()
    answer = logged_in(person()).get("/penghapusan/2026-11-23.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert "2026-11-23-KET-HAPUS.pdf" in answer["Content-Disposition"]
    entry = Entry.objects.get(action="paper.downloaded")
    assert (entry.subject_id, entry.facts["paper_number"]) == (str(row.day), "2026-11-23/KET-HAPUS")


@pytest.mark.parametrize("person", [applicant, it_admin])
def test_others_do_not_find_it(person: Any) -> None:
    certificate()
    client = logged_in(person())
    assert client.get("/penghapusan/").status_code == 404
    assert client.get("/penghapusan/2026-11-23.pdf").status_code == 404


@pytest.mark.parametrize("day", ["2026-11-22", "2026-13-45"])
def test_a_day_without_certificate_is_not_found(day: str) -> None:
    certificate()
    assert logged_in(officer()).get(f"/penghapusan/{day}.pdf").status_code == 404


@pytest.mark.parametrize("cameras", [1, 16])
def test_the_paper_fits_two_pages(cameras: int) -> None:
    assert 1 <= len(pictures(purge_day(certificate(cameras=cameras)))) <= 2


def test_the_paper_says_what_it_does_not_prove() -> None:
    paper = purge_day(certificate())
    points = " ".join(paper.sections[-1].points)
    assert "Tidak terbukti: sisa fisik" in points
    assert "cadangan kunci" in points
    assert "Senin" in paper.opening
