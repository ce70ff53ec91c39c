from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from cctvportal.accounts.access import NotAllowed
from cctvportal.audit.models import Entry
from cctvportal.common.clock import now
from cctvportal.common.errors import Refused
from requests_app.enums import RequestForm, RequestState
from requests_app.models import AccessRequest
from requests_app.selectors.history import history
from requests_app.services.hand_over import hand_over
from requests_app.services.take_down import confirm_oral, enter_after_outage, take_down_oral
from tests.factories import requests_app as make
from tests.factories.accounts import applicant, approver, auditor, officer

pytestmark = pytest.mark.django_db


def test_oral_request_is_sent_and_waits_for_the_applicant() -> None:
    person, clerk = applicant(), officer()
    row = make.oral(person, clerk)
    assert (row.form, row.state, row.entered_by) == ("ORAL", RequestState.SUBMITTED, clerk)
    assert row.needs_confirmation
    with pytest.raises(NotAllowed):
        confirm_oral(row, by=clerk)
    assert not confirm_oral(row, by=person).needs_confirmation
    with pytest.raises(Refused, match="sudah Anda pastikan"):
        confirm_oral(row, by=person)


def test_oral_request_is_of_somebody_who_may_ask_and_written_by_an_officer() -> None:
    with pytest.raises(Refused, match="bukan pemohon"):
        make.oral(auditor())
    for person in (applicant(), approver(), auditor()):
        with pytest.raises(NotAllowed):
            take_down_oral(applicant=applicant(), answers=make.answers(), by=person)


def test_oral_request_that_nobody_confirmed_is_not_handed_over() -> None:
    clerk = officer()
    row = make.exported(make.issued(make.approved(make.oral(clerk=clerk))), by=clerk)
    with pytest.raises(Refused, match="belum memastikan"):
        hand_over(row, by=clerk)
    confirm_oral(row, by=row.applicant)
    assert hand_over(row, by=clerk).handed_by == clerk


def test_oral_request_with_a_wrong_answer_leaves_nothing_behind() -> None:
    with pytest.raises(Refused):
        make.oral(activity="")
    assert not AccessRequest.objects.exists()


@pytest.mark.usefixtures("data_dir")
def test_late_entry_keeps_when_it_happened_and_says_so() -> None:
    happened = now() - timedelta(hours=5)
    row = enter_after_outage(
        applicant=applicant(),
        form=RequestForm.WRITTEN,
        answers=make.answers(),
        happened_at=happened,
        reason="Listrik padam",
        scan=make.letter(),
        by=officer(),
    )
    first = history(row)[0]
    assert first.at == happened
    assert first.entered_at is not None
    assert row.outage_scan.read() == make.PDF
    assert row.needs_confirmation


@pytest.mark.usefixtures("data_dir")
@pytest.mark.parametrize(
    ("hours", "reason", "content"),
    [(5, "Listrik padam", make.PDF), (-5, " ", make.PDF), (-5, "Listrik padam", b"MZ")],
)
def test_late_entry_without_past_reason_or_scan_is_refused(
    hours: int, reason: str, content: bytes
) -> None:
    with pytest.raises(Refused):
        enter_after_outage(
            applicant=applicant(),
            form=RequestForm.ORAL,
            answers=make.answers(),
            happened_at=now() + timedelta(hours=hours),
            reason=reason,
            scan=make.letter(content),
            by=officer(),
        )
    assert not AccessRequest.objects.exists()


def test_late_entry_that_is_refused_at_its_end_leaves_no_scan(data_dir: Path) -> None:
    with pytest.raises(Refused):
        enter_after_outage(
            applicant=applicant(),
            form=RequestForm.WRITTEN,
            answers=make.answers(activity=""),
            happened_at=now() - timedelta(hours=5),
            reason="Listrik padam",
            scan=make.letter(),
            by=officer(),
        )
    assert [path for path in data_dir.rglob("*") if path.is_file()] == []


def test_scan_of_a_late_entry_taken_along_stands_in_the_book(
    client: Client, data_dir: Path
) -> None:
    del data_dir
    clerk, person = officer(), applicant()
    row = enter_after_outage(
        applicant=person,
        form=RequestForm.WRITTEN,
        answers=make.answers(),
        happened_at=now() - timedelta(hours=5),
        reason="Listrik padam",
        scan=make.letter(),
        by=clerk,
    )
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert b"".join(client.get(reverse("requests:scan", args=[row.pk]))) == make.PDF
    entry = Entry.objects.get(action="paper.downloaded")
    assert (entry.actor, entry.facts["paper"]) == (person, "scan")
