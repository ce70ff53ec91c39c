from __future__ import annotations

import uuid

import pytest

from cctvportal.audit.models import Entry
from requests_app.papers.kinds import PaperKind
from tests.factories import books
from tests.factories import requests_app as make
from tests.factories.accounts import applicant, approver, auditor, it_admin, officer
from tests.requests_app.views.test_ask import logged_in

pytestmark = pytest.mark.django_db


def address(pk: object, kind: str) -> str:
    return f"/permohonan/{pk}/naskah/{kind}.pdf"


@pytest.mark.parametrize("kind", PaperKind)
def test_every_paper_can_be_downloaded_and_the_download_is_told(kind: PaperKind) -> None:
    row, reader = books.erased(), auditor()
    answer = logged_in(reader).get(address(row.pk, kind))
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert str(row.number).split("/")[0] in answer.headers["Content-Disposition"]
    entry = Entry.objects.get(action="paper.downloaded", actor=reader)
    assert (entry.subject_id, entry.facts["paper"]) == (str(row.pk), kind)


def test_who_gets_the_papers_of_a_request() -> None:
    row = make.approved()
    for person in (row.applicant, approver(), officer(), auditor()):
        assert logged_in(person).get(address(row.pk, "izin")).status_code == 200
    for person in (applicant(), it_admin()):
        assert logged_in(person).get(address(row.pk, "izin")).status_code == 404


def test_a_paper_that_does_not_exist_yet_says_why_and_nothing_is_noted() -> None:
    row = make.submitted()
    answer = logged_in(row.applicant).get(address(row.pk, "izin"))
    assert answer.status_code == 400
    assert "belum disetujui" in answer.text
    assert not Entry.objects.filter(action="paper.downloaded").exists()


def test_unknown_paper_and_unknown_request_are_not_found() -> None:
    row = make.approved()
    client = logged_in(row.applicant)
    assert client.get(address(row.pk, "rahasia")).status_code == 404
    assert client.get(address(uuid.uuid4(), "izin")).status_code == 404


def test_the_request_page_links_the_papers_that_exist() -> None:
    row = make.approved()
    page = logged_in(row.applicant).get(f"/permohonan/{row.pk}/").text
    assert address(row.pk, "izin") in page
    assert address(row.pk, "serah-rekaman") not in page
    desk = logged_in(officer()).get(f"/admin/permohonan/{row.pk}/")
    assert address(row.pk, "izin") in desk.text
