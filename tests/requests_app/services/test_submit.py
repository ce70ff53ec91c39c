from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cctvportal.accounts.access import NotAllowed
from cctvportal.audit.models import Entry, PersonalValue
from cctvportal.common.clock import now
from cctvportal.common.errors import Conflict, Refused
from recordings.models import Hold
from requests_app.enums import RequestState
from requests_app.models import AccessRequest
from requests_app.services.draft import Answers, edit_draft, start_draft
from requests_app.services.submit import submit
from tests.factories import requests_app as make
from tests.factories.accounts import applicant, approver, head_of_affairs, officer

pytestmark = pytest.mark.django_db


def test_submit_numbers_holds_and_tells_the_book() -> None:
    row = make.submitted(cameras=2)
    again = make.submitted()
    assert row.number is not None
    assert again.number is not None
    first, second = (int(number.split("/")[0]) for number in (row.number, again.number))
    assert second == first + 1
    assert row.number.endswith(f"/{now():%Y}")
    holds = Hold.objects.filter(reference=str(row.pk), released_at=None)
    assert {(hold.starts_at, hold.ends_at) for hold in holds} == {(row.starts_at, row.ends_at)}
    assert holds.count() == 2
    entry = Entry.objects.get(action="request.submitted", subject_id=str(row.pk))
    assert "0274" not in str(entry.facts)
    assert PersonalValue.objects.get(entry=entry, field="phone").value == "0274 000 001"
    assert row.transitions.get().target == RequestState.SUBMITTED
    assert row.applicant_confirmed_at is not None


def test_submit_twice_says_who_was_first_and_takes_no_number() -> None:
    row = make.draft()
    sent = submit(row, by=row.applicant)
    with pytest.raises(Conflict, match=f"sudah dikirim oleh {row.applicant.name}"):
        submit(row, by=row.applicant)
    row.refresh_from_db()
    assert row.number == sent.number


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"activity": " "}, "activity"),
        ({"legal_basis": ""}, "legal_basis"),
        ({"validator_name": ""}, "validator_name"),
        ({"validator_phone": ""}, "validator_phone"),
    ],
)
def test_submit_with_an_answer_missing_names_the_field(wrong: dict[str, Any], field: str) -> None:
    row = make.draft(**wrong)
    with pytest.raises(Refused) as refusal:
        submit(row, by=row.applicant)
    assert refusal.value.field == field
    row.refresh_from_db()
    assert (row.state, row.number) == (RequestState.DRAFT, None)
    assert not Hold.objects.exists()


def test_submit_without_cameras_or_times_is_refused() -> None:
    person = applicant()
    row = start_draft(by=person)
    with pytest.raises(Refused, match="paling sedikit satu kamera"):
        submit(row, by=person)


def test_edit_refuses_more_than_eight_cameras_and_more_than_a_day() -> None:
    row = make.draft(cameras=8)
    with pytest.raises(Refused, match="paling banyak 8"):
        make.draft(cameras=9)
    begin = make.yesterday()
    edit_draft(
        row, answers=Answers(starts_at=begin, ends_at=begin + timedelta(hours=24)), by=row.applicant
    )
    with pytest.raises(Refused, match="24 jam"):
        edit_draft(
            row, answers=Answers(ends_at=begin + timedelta(hours=24, seconds=1)), by=row.applicant
        )


def test_edit_of_a_stale_page_changes_nothing() -> None:
    row = make.draft()
    with pytest.raises(Conflict, match="jendela lain"):
        edit_draft(row, answers=Answers(activity="lain"), version=row.version - 1, by=row.applicant)


def test_submit_range_without_footage_is_refused() -> None:
    row = make.draft(start=make.yesterday())
    begin = make.yesterday() - timedelta(days=3)
    edit_draft(
        row, answers=Answers(starts_at=begin, ends_at=begin + timedelta(hours=1)), by=row.applicant
    )
    with pytest.raises(Refused, match="Tidak ada rekaman"):
        submit(row, by=row.applicant)


def test_submit_ahead_is_for_an_assessment_within_72_hours() -> None:
    soon, late = now() + timedelta(hours=71), now() + timedelta(hours=73)
    assert make.submitted(start=soon).state == RequestState.SUBMITTED
    for person, begin in ((applicant(), late), (head_of_affairs(), soon)):
        row = make.draft(person, start=begin)
        with pytest.raises(Refused):
            submit(row, by=person)


def test_submit_a_fourth_open_request_is_refused() -> None:
    person = applicant()
    for _ in range(3):
        make.submitted(person)
    row = make.draft(person)
    with pytest.raises(Refused, match="Sudah ada 3"):
        submit(row, by=person)


def test_only_the_own_draft_is_submitted_or_changed() -> None:
    row = make.draft()
    for stranger in (applicant(), approver(), officer()):
        with pytest.raises(NotAllowed):
            submit(row, by=stranger)
        with pytest.raises(NotAllowed):
            edit_draft(row, answers=Answers(activity="lain"), by=stranger)
    assert AccessRequest.objects.get(pk=row.pk).state == RequestState.DRAFT
