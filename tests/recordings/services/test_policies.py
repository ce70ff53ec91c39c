"""What two persons agreed to is carried out to the end, however often it is killed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from cctvportal.audit.models import Entry
from cctvportal.common import clock
from cctvportal.common.clock import now
from cctvportal.jobs import services as jobs
from cctvportal.jobs.lease import Lease, LeaseLost
from cctvportal.jobs.models import Job, JobState
from recordings.enums import ChangeState, SegmentState
from recordings.models import PolicyChange, PurgeRun, RecordingPlan, RetentionPolicy
from recordings.services import clockguard, retention
from recordings.services.retention import Wish
from tests.factories import accounts
from tests.factories import retention as made
from tests.factories.recordings import PlanFactory, PolicyFactory

if TYPE_CHECKING:
    from pathlib import Path

WEEK = timedelta(days=7)


def work(change: PolicyChange) -> Job:
    """Its job, once, whenever it is due."""
    Job.objects.filter(pk=str(change.job_id)).update(not_before=None)
    jobs.run(str(change.job_id), "w1")
    return Job.objects.get(pk=str(change.job_id))


def test_the_terms_of_the_footage_that_is_there_follow(plan: RecordingPlan) -> None:
    old, young, over = made.kept(plan, 20), made.kept(plan, 2), made.kept(plan, 31)
    before = over.expires_at
    done = made.carried_out(made.shorter(plan, days=7))
    assert (done.state, done.moved) == (ChangeState.DONE, 2)
    for row in (old, young, over):
        row.refresh_from_db()
    assert young.ended_at is not None
    assert young.expires_at == young.ended_at + WEEK
    assert old.expires_at is not None
    assert now() - timedelta(minutes=1) < old.expires_at <= now(), "over by it: ends now"
    assert over.expires_at == before, "what was over stays as it was"
    plan.policy.refresh_from_db()
    assert (plan.policy.keep_for, plan.policy.version) == (WEEK, 2)
    assert plan.policy.legal_basis == made.BASIS
    told = Entry.objects.filter(action__startswith="policy.").order_by("serial")
    assert [entry.action for entry in told] == [
        "policy.change_asked",
        "policy.change_confirmed",
        "policy.changed",
        "policy.terms_moved",
        "policy.terms_moved",
        "policy.change_applied",
    ]
    assert told[5].facts["segments"] == 2


def test_a_longer_term_does_not_bring_back_what_is_over(plan: RecordingPlan) -> None:
    over, kept = made.kept(plan, 31), made.kept(plan, 20)
    wish = Wish.term(plan.policy, timedelta(days=60), made.BASIS)
    made.carried_out(retention.ask(wish, reason=made.REASON, by=accounts.officer()))
    over.refresh_from_db()
    kept.refresh_from_db()
    assert over.expires_at is not None
    assert over.expires_at < now()
    assert kept.ended_at is not None
    assert kept.expires_at == kept.ended_at + timedelta(days=60)


def test_torn_remains_follow_too(plan: RecordingPlan) -> None:
    torn = made.kept(plan, 2, state=SegmentState.LOST)
    made.carried_out(made.shorter(plan))
    torn.refresh_from_db()
    assert torn.ended_at is not None
    assert torn.expires_at == torn.ended_at + WEEK


def test_other_cameras_keep_their_term(plan: RecordingPlan) -> None:
    other = made.kept(PlanFactory(), 20)
    before = other.expires_at
    made.carried_out(made.shorter(plan))
    other.refresh_from_db()
    assert other.expires_at == before


def test_a_moved_camera_takes_its_footage_along(plan: RecordingPlan) -> None:
    beside = PlanFactory(policy=plan.policy)
    mine, theirs = made.kept(plan, 2), made.kept(beside, 2)
    before, other = theirs.expires_at, PolicyFactory(keep_for=WEEK)
    wish = Wish.move(plan.camera, other)
    made.carried_out(retention.ask(wish, reason=made.REASON, by=accounts.officer()))
    plan.refresh_from_db()
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert plan.policy == other
    assert mine.ended_at is not None
    assert mine.expires_at == mine.ended_at + WEEK
    assert theirs.expires_at == before


def test_a_new_policy_is_made_when_it_is_carried_out(plan: RecordingPlan) -> None:
    change = made.new_policy()
    assert not RetentionPolicy.objects.filter(name="Ruang asesmen").exists()
    done = made.carried_out(change)
    assert done.policy is not None
    assert (done.policy.name, done.policy.purpose) == ("Ruang asesmen", "ASSESSMENT")


def test_before_it_is_due_and_once_cancelled_nothing_happens(plan: RecordingPlan) -> None:
    made.kept(plan, 20)
    change = made.agreed(made.shorter(plan))
    jobs.run(str(change.job_id), "w1")
    change.refresh_from_db()
    assert change.state == ChangeState.CONFIRMED
    retention.cancel(change, by=accounts.officer())
    assert work(change).state == JobState.DONE
    plan.policy.refresh_from_db()
    assert plan.policy.keep_for == timedelta(days=30)
    assert not Entry.objects.filter(action="policy.terms_moved").exists()


@pytest.mark.parametrize("passage", [1, 2, 3, 4])
def test_killed_at_any_portion_it_goes_on_and_ends_the_same(
    plan: RecordingPlan, monkeypatch: pytest.MonkeyPatch, passage: int
) -> None:
    """Footage of three portions; the worker dies at the n-th transaction."""
    rows = [made.kept(plan, days) for days in (20, 12, 3)]
    change = made.agreed(made.shorter(plan))
    left, whole = passage, Lease.transaction

    def dying(lease: Lease) -> object:
        nonlocal left
        left -= 1
        if left == 0:
            raise LeaseLost(str(lease.job.pk))
        return whole(lease)

    monkeypatch.setattr(Lease, "transaction", dying)
    work(change)
    monkeypatch.undo()
    Job.objects.update(state=JobState.QUEUED, lease_until=None, owner="")
    assert work(change).state == JobState.DONE
    change.refresh_from_db()
    assert (change.state, change.moved) == (ChangeState.DONE, 3)
    for row in rows:
        row.refresh_from_db()
        assert row.ended_at is not None
        assert row.expires_at is not None
        assert row.expires_at <= max(row.ended_at + WEEK, now())


def test_a_clock_that_jumped_to_the_day_does_not_bring_it_early(
    plan: RecordingPlan, data_dir: Path
) -> None:
    for days in (20, 0.01):
        made.kept(plan, days)
    clockguard.check()
    change = made.agreed(made.shorter(plan))
    with clock.shifted(timedelta(days=8)):
        jobs.run(str(change.job_id), "w1")
        job = Job.objects.get(pk=str(change.job_id))
        assert (job.state, job.attempts) == (JobState.QUEUED, 0)
        assert "melompat" in job.error
    change.refresh_from_db()
    assert change.state == ChangeState.CONFIRMED
    assert not PurgeRun.objects.exists()


def test_a_job_for_a_change_that_is_over_does_nothing(plan: RecordingPlan) -> None:
    done = made.carried_out(made.shorter(plan))
    Job.objects.update(state=JobState.QUEUED, finished_at=None)
    assert work(done).state == JobState.DONE
    plan.policy.refresh_from_db()
    assert plan.policy.version == 2
    assert Entry.objects.filter(action="policy.change_applied").count() == 1
