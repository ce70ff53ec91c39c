"""A job is a row with a lease: one holder, a fence against who lost it, nothing forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest
import redis
from django.conf import settings as portal
from django.db import transaction
from pytest_django import Settings

from cctvportal.common.clock import ago, now
from cctvportal.common.errors import Refused
from cctvportal.jobs import services
from cctvportal.jobs.lease import MAX_ATTEMPTS, JobCancelled, Lease, LeaseLost, claim
from cctvportal.jobs.models import Job, JobState
from cctvportal.jobs.registry import GAVE_UP, HANDLERS, QUEUES, JobFailed, JobWaits, handler
from tests.concurrency import in_threads

KIND = "uji"


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    done: list[str] = []
    monkeypatch.setitem(HANDLERS, KIND, lambda lease: done.append(str(lease.job.pk)))
    return done


def new_job(key: str = "uji:1") -> Job:
    with transaction.atomic():
        return services.enqueue(KIND, key, 1)


@pytest.mark.django_db
def test_a_job_runs_once_however_often_it_is_rung(ran: list[str]) -> None:
    job = new_job()
    for _ in range(3):
        services.run(str(job.pk), "w1")
    job.refresh_from_db()
    assert (job.state, len(ran), job.attempts) == (JobState.DONE, 1, 1)


@pytest.mark.django_db
def test_the_same_key_is_the_same_job() -> None:
    assert new_job() == new_job()


def test_enqueue_outside_a_transaction_is_a_fault(race_db: object) -> None:
    with pytest.raises(RuntimeError):
        services.enqueue(KIND, "uji:2", 1)


@pytest.mark.django_db
def test_a_worker_that_lost_its_lease_changes_nothing() -> None:
    job = new_job()
    first = claim(str(job.pk), "w1")
    Job.objects.filter(pk=job.pk).update(lease_until=ago(1))
    second = claim(str(job.pk), "w2")
    assert first is not None
    assert second is not None
    with pytest.raises(LeaseLost), first.transaction():
        pytest.fail("the fence let the zombie in")
    with pytest.raises(LeaseLost):
        first.progress(done=1, total=2)
    first.finish(JobState.DONE)
    job.refresh_from_db()
    assert (job.state, job.owner, job.fence) == (JobState.RUNNING, "w2", 2)


def test_the_heartbeat_keeps_the_lease_and_sees_a_wish_to_cancel(
    settings: Settings, race_db: object
) -> None:
    settings.LEASE_SECONDS = 0.4
    job = new_job("uji:denyut")
    lease = claim(str(job.pk), "w1")
    assert lease is not None
    with lease:
        Job.objects.filter(pk=job.pk).update(cancel_requested=True)
        assert lease._cancel.wait(5)
        job.refresh_from_db()
        assert job.lease_until is not None
        assert job.lease_until > now() - timedelta(seconds=0.4)


@pytest.mark.django_db
def test_a_failure_is_told_and_tried_again_then_left_to_a_person(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(lease: Lease) -> None:
        raise JobFailed("Hard disk penuh.")

    monkeypatch.setitem(HANDLERS, KIND, fails)
    job = new_job()
    for _ in range(MAX_ATTEMPTS):
        Job.objects.update(not_before=None)
        services.run(str(job.pk), "w1")
    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.FAILED, "Hard disk penuh.")
    services.retry(job)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.QUEUED, 0)
    with pytest.raises(Refused):
        services.retry(job)


@pytest.mark.django_db
def test_waiting_does_not_count_as_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def waits(lease: Lease) -> None:
        raise JobWaits("Menunggu.", seconds=60)

    monkeypatch.setitem(HANDLERS, KIND, waits)
    job = new_job()
    services.run(str(job.pk), "w1")
    job.refresh_from_db()
    assert (job.state, job.attempts, job.error) == (JobState.QUEUED, 0, "Menunggu.")
    services.run(str(job.pk), "w1")
    assert Job.objects.get().attempts == 0, "not before its time"


@pytest.mark.django_db
def test_an_unforeseen_error_shows_no_detail_to_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(lease: Lease) -> None:
        raise ValueError("rtsp://admin:rahasia@10.0.0.1/")

    monkeypatch.setitem(HANDLERS, KIND, breaks)
    job = new_job()
    services.run(str(job.pk), "w1")
    job.refresh_from_db()
    assert "rahasia" not in job.error
    assert "ValueError" in job.error


@pytest.mark.django_db
def test_the_sweeper_rings_for_lost_messages_and_buries_what_killed_five_workers() -> None:
    lost, deadly = new_job("uji:a"), new_job("uji:b")
    Job.objects.filter(pk=deadly.pk).update(
        state=JobState.RUNNING, lease_until=ago(1), owner="w", attempts=MAX_ATTEMPTS
    )
    assert services.sweep() == 1
    lost.refresh_from_db()
    deadly.refresh_from_db()
    assert lost.hinted_at is not None
    assert deadly.state == JobState.FAILED
    assert services.sweep() == 0, "it was rung a moment ago"


@pytest.mark.django_db
def test_a_job_that_waits_behind_others_is_not_rung_for_at_every_sweep() -> None:
    job = new_job()
    Job.objects.filter(pk=job.pk).update(not_before=ago(60), hinted_at=ago(90))
    assert services.sweep() == 1, "it came due after it was rung for"
    Job.objects.filter(pk=job.pk).update(hinted_at=ago(5))
    assert services.sweep() == 0, "the workers of its queue are busy"


@pytest.mark.django_db
@pytest.mark.parametrize("queue", ["jobs", "exports"])
def test_a_job_rings_in_the_queue_of_its_kind(monkeypatch: pytest.MonkeyPatch, queue: str) -> None:
    monkeypatch.setattr("cctvportal.jobs.registry.HANDLERS", {})
    monkeypatch.setitem(QUEUES, KIND, "")
    handler(KIND, queue=queue)(lambda _lease: None)
    job = new_job(f"uji:{queue}")
    services.hint(job)
    with redis.Redis.from_url(portal.REDIS_URL) as broker:
        rung = {name: str(broker.lrange(name, 0, -1)) for name in ("jobs", "exports")}
    assert [name for name, messages in rung.items() if str(job.pk) in messages] == [queue]


@pytest.mark.django_db
def test_a_wish_to_cancel_is_seen_at_claim_and_before_anything_is_written() -> None:
    job = new_job()
    lease = claim(str(job.pk), "w1")
    assert lease is not None
    services.request_cancel(job)
    with pytest.raises(JobCancelled), lease.transaction():
        pytest.fail("it was written against the wish")
    with lease.transaction(though_cancelled=True):
        pass
    Job.objects.filter(pk=job.pk).update(lease_until=ago(1))
    again = claim(str(job.pk), "w2")
    assert again is not None
    with pytest.raises(JobCancelled):
        again.check()


@pytest.mark.django_db
@pytest.mark.parametrize("breaks", [False, True])
def test_the_app_is_told_of_a_job_that_was_given_up(
    monkeypatch: pytest.MonkeyPatch, *, breaks: bool
) -> None:
    told: list[str] = []

    def hear(job: Job) -> None:
        told.append(job.state)
        if breaks:
            raise ValueError("the app's own fault")

    def fails(lease: Lease) -> None:
        raise JobFailed("Hard disk penuh.", permanent=True)

    monkeypatch.setitem(GAVE_UP, KIND, hear)
    monkeypatch.setitem(HANDLERS, KIND, fails)
    services.run(str(new_job("uji:satu").pk), "w1")
    Job.objects.filter(pk=new_job("uji:lima").pk).update(
        state=JobState.RUNNING, lease_until=ago(1), owner="w", attempts=MAX_ATTEMPTS
    )
    services.sweep()
    assert told == [JobState.FAILED, JobState.FAILED]
    assert set(Job.objects.values_list("state", flat=True)) == {JobState.FAILED}


@pytest.mark.race
def test_two_workers_at_once_one_claims(race_db: object) -> None:
    job = new_job("uji:dua")
    leases = in_threads(
        *(lambda name=name: claim(str(job.pk), name) for name in ("w1", "w2", "w3", "w4"))
    )
    assert sum(lease is not None for lease in leases) == 1
