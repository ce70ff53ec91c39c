"""Real connections that meet at one row: one winner, and the other is told who."""

from __future__ import annotations

from functools import partial

import pytest

from cctvportal.common.errors import Conflict
from requests_app.models import AccessRequest, Decision, Issuance, KeyHandout
from requests_app.services.decide import approve, refuse
from requests_app.services.issue import issue
from requests_app.services.keys import hand_key
from requests_app.services.submit import submit
from tests.concurrency import in_threads
from tests.factories import requests_app as make
from tests.factories.accounts import applicant, approver, officer
from tests.factories.devices import RoomKeyFactory

pytestmark = [pytest.mark.race, pytest.mark.usefixtures("race_db")]


def loser(results: list[object]) -> Conflict:
    """The one that came second; exactly one did."""
    lost = [result for result in results if isinstance(result, Exception)]
    assert len(lost) == 1, results
    assert isinstance(lost[0], Conflict), results
    return lost[0]


def test_two_approvers_deciding_at_once() -> None:
    row, head, secretary = make.validated(), approver(), approver()
    results = in_threads(
        lambda: approve(row, by=head), lambda: refuse(row, reason="Tidak perlu", by=secretary)
    )
    told = loser([*results])
    decision = Decision.objects.get()
    assert decision.decided_by.name in told.message
    assert AccessRequest.objects.get(pk=row.pk).state == decision.verdict


def test_two_officers_issuing_at_once() -> None:
    row, first, second = make.approved(), officer(), officer()
    told = loser([*in_threads(lambda: issue(row, by=first), lambda: issue(row, by=second))])
    assert Issuance.objects.get().issued_by.name in told.message


def test_one_key_at_once_to_two_applicants() -> None:
    key, one, other = RoomKeyFactory(), make.issued(), make.issued()
    told = loser(
        [
            *in_threads(
                lambda: hand_key(one, key=key, by=officer()),
                lambda: hand_key(other, key=key, by=officer()),
            )
        ]
    )
    assert KeyHandout.objects.get().request.applicant.name in told.message


def test_numbers_are_gapless_while_some_fail() -> None:
    drafts = [make.draft() for _ in range(6)]
    person = applicant()
    for _ in range(3):
        make.submitted(person)
    rows = [*drafts, make.draft(person)]
    results = in_threads(*(partial(submit, row, by=row.applicant) for row in rows))
    assert sum(isinstance(result, Exception) for result in results) == 1
    numbers = AccessRequest.objects.exclude(number=None).values_list("number", flat=True)
    assert sorted(int(number.split("/")[0]) for number in numbers if number) == list(range(1, 10))
