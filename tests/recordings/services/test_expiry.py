"""Too much at once stops expiry until an approver has looked, and no longer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from cctvportal.accounts.access import SYSTEM, NotAllowed
from cctvportal.audit.models import Entry
from cctvportal.common.clock import now
from cctvportal.common.errors import Conflict
from recordings.enums import PurgeKind, PurgeState
from recordings.models import PurgeRun, RecordingPlan, Segment
from recordings.services import expiry
from tests.factories import accounts
from tests.factories.recordings import stored_segment

if TYPE_CHECKING:
    from collections.abc import Callable

    from cctvportal.accounts.models import User


def expired(plan: RecordingPlan, count: int) -> list[Segment]:
    start = now() - timedelta(hours=2)
    return [
        stored_segment(
            plan.camera,
            plan.volume,
            start + timedelta(minutes=n),
            expires_at=now() - timedelta(minutes=1),
            source="PULLED",
        )
        for n in range(count)
    ]


def usual_days() -> None:
    """Eight days of one segment each."""
    for day in range(1, 9):
        at = now() - timedelta(days=day)
        PurgeRun.objects.create(
            kind=PurgeKind.EXPIRY, started_at=at, state=PurgeState.DONE, segments_purged=1
        )


@pytest.fixture
def stopped(plan: RecordingPlan) -> PurgeRun:
    """After the usual days, four today."""
    usual_days()
    expired(plan, 4)
    run = expiry.purge_expired(by=SYSTEM)
    assert run is not None
    return run


def passed() -> str:
    """How the passage ended that found something past its term."""
    run = expiry.purge_expired(by=SYSTEM)
    assert run is not None
    return run.state


def test_an_unusual_amount_stops_and_waits_for_a_person(stopped: PurgeRun) -> None:
    assert stopped.state == PurgeState.STOPPED
    assert "biasanya 1" in stopped.reason
    assert expiry.purge_expired(by=SYSTEM) is None, "the next beat does not simply go on"
    assert Segment.objects.filter(state="READY").count() == 4
    assert expiry.why_halted(by=accounts.approver()) == [stopped.reason]


def test_after_an_approver_resumed_the_next_run_may_exceed(
    stopped: PurgeRun, plan: RecordingPlan
) -> None:
    approver = accounts.approver()
    expiry.resume_purge(by=approver)
    run = expiry.purge_expired(by=SYSTEM)
    assert run is not None
    assert (run.state, run.segments_purged) == (PurgeState.DONE, 4)
    stopped.refresh_from_db()
    assert stopped.resumed_by == approver
    assert Entry.objects.filter(action="purge.resumed", subject_id=str(stopped.pk)).count() == 1
    assert expiry.why_halted(by=approver) == []


def test_what_was_let_through_does_not_stop_the_usual_of_the_same_day(
    stopped: PurgeRun, plan: RecordingPlan
) -> None:
    expiry.resume_purge(by=accounts.approver())
    expiry.purge_expired(by=SYSTEM)
    expired(plan, 1)
    assert passed() == PurgeState.DONE
    expired(plan, 4)
    assert passed() == PurgeState.STOPPED, "one permission is for one run"


def test_what_went_before_a_stop_does_not_stop_the_rest_of_a_grown_day(plan: RecordingPlan) -> None:
    usual_days()
    for _ in range(3):
        expired(plan, 1)
        expiry.purge_expired(by=SYSTEM)
    expired(plan, 1)
    assert passed() == PurgeState.STOPPED
    expiry.resume_purge(by=accounts.approver())
    for _ in range(4):
        assert passed() == PurgeState.DONE
        expired(plan, 1)
    assert passed() == PurgeState.STOPPED, "the allowance has a measure of its own"


def test_a_run_let_through_after_midnight_does_not_count_on_the_new_day(
    stopped: PurgeRun, plan: RecordingPlan
) -> None:
    PurgeRun.objects.filter(pk=stopped.pk).update(started_at=now() - timedelta(days=1))
    expiry.resume_purge(by=accounts.approver())
    expiry.purge_expired(by=SYSTEM)
    expired(plan, 1)
    assert passed() == PurgeState.DONE


@pytest.mark.parametrize("person", [accounts.officer, accounts.auditor, accounts.it_admin])
def test_nobody_but_an_approver_resumes(stopped: PurgeRun, person: Callable[[], User]) -> None:
    with pytest.raises(NotAllowed):
        expiry.resume_purge(by=person())
    assert expiry.purge_expired(by=SYSTEM) is None


def test_nothing_to_resume_is_told(plan: RecordingPlan) -> None:
    with pytest.raises(Conflict):
        expiry.resume_purge(by=accounts.approver())
