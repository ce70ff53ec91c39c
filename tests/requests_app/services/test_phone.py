from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from cctvportal.accounts.access import SYSTEM, NotAllowed
from cctvportal.common.clock import now
from cctvportal.common.errors import Conflict, Refused
from requests_app.enums import Channel, RequestState, Verdict
from requests_app.services.close import lapse_due
from requests_app.services.issue import issue
from requests_app.services.phone import confirm_phone_decision, log_phone_decision
from tests.factories import requests_app as make
from tests.factories.accounts import applicant, approver, officer

pytestmark = pytest.mark.django_db


def test_phone_decision_gives_no_passphrase_until_the_own_login_confirms() -> None:
    head, clerk = approver(), officer()
    row = make.approved_by_phone(head=head)
    assert (row.state, row.decided_by) == (RequestState.APPROVED, head)
    assert row.decision.channel == Channel.PHONE
    with pytest.raises(Refused, match=f"Minta {head.name} masuk"):
        issue(row, by=clerk)
    confirm_phone_decision(row, by=head)
    assert issue(row, by=clerk).issuance.request.state == RequestState.ISSUED


def test_phone_decision_is_confirmed_only_by_the_approver_named() -> None:
    row = make.approved_by_phone()
    for person in (approver(), officer(), row.applicant):
        with pytest.raises(NotAllowed):
            confirm_phone_decision(row, by=person)


def test_phone_decision_is_confirmed_once() -> None:
    head = approver()
    row = make.approved_by_phone(head=head)
    confirm_phone_decision(row, by=head)
    with pytest.raises(Refused, match="sudah Anda pastikan"):
        confirm_phone_decision(row, by=head)


def test_phone_decision_unconfirmed_after_a_day_lapses() -> None:
    head = approver()
    row = make.approved_by_phone(head=head)
    with time_machine.travel(now() + timedelta(hours=24, minutes=1)):
        with pytest.raises(Conflict, match="24 jam"):
            confirm_phone_decision(row, by=head)
        assert lapse_due(by=SYSTEM) == 1
        row.refresh_from_db()
        assert row.state == RequestState.LAPSED
        with pytest.raises(Conflict, match="lewat waktu"):
            confirm_phone_decision(row, by=head)


def test_phone_decision_in_the_name_of_somebody_without_the_right_is_refused() -> None:
    row = make.validated()
    for person in (applicant(), officer(), row.applicant):
        with pytest.raises(Refused):
            log_phone_decision(
                row, approver=person, verdict=Verdict.APPROVED, told_at=now(), by=officer()
            )


@pytest.mark.parametrize("minutes", [-60, 60])
def test_phone_decision_before_the_request_or_ahead_is_refused(minutes: int) -> None:
    row = make.validated()
    with pytest.raises(Refused, match="sesudah permohonan"):
        log_phone_decision(
            row,
            approver=approver(),
            verdict=Verdict.APPROVED,
            told_at=now() + timedelta(minutes=minutes),
            by=officer(),
        )


def test_phone_refusal_ends_the_request_and_may_be_confirmed() -> None:
    row, head = make.validated(), approver()
    row = log_phone_decision(
        row,
        approver=head,
        verdict=Verdict.REFUSED,
        told_at=now(),
        reason="Tidak perlu",
        by=officer(),
    )
    assert row.state == RequestState.REFUSED
    assert confirm_phone_decision(row, by=head).confirmed_at is not None
