from __future__ import annotations

import logging

from django.db import connection, transaction
from django.db.models import F, Q
from kombu.exceptions import OperationalError

from cctvportal.celery import app
from cctvportal.common import crash
from cctvportal.common.clock import ago, now
from cctvportal.common.errors import Refused
from cctvportal.jobs.lease import MAX_ATTEMPTS, JobCancelled, Lease, LeaseLost, claim
from cctvportal.jobs.models import Job, JobState
from cctvportal.jobs.registry import (
    DEFAULT_QUEUE,
    GAVE_UP,
    HANDLERS,
    QUEUES,
    JobFailed,
    JobWaits,
)

log = logging.getLogger(__name__)
_HINT_AGAIN = 15.0
_SWEEP_LOCK = 0x43435456  # "CCTV": one sweeper at a time in the whole cluster


def enqueue(kind: str, key: str, subject_id: object) -> Job:
    """The job of `key`, made inside the caller's transaction; woken once that commits.

    The same key twice is the same job: a double click starts one.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("A job belongs into the transaction of what asks for it.")
    job, created = Job.objects.get_or_create(
        key=key, defaults={"kind": kind, "subject_id": str(subject_id)}
    )
    if created:
        transaction.on_commit(lambda: hint(job))
    return job


def hint(job: Job) -> None:
    """Rings the bell. A broker that is down is no fault: the sweeper rings again."""
    Job.objects.filter(pk=job.pk).update(hinted_at=now())
    queue = QUEUES.get(job.kind, DEFAULT_QUEUE)
    try:
        app.send_task("jobs.run", args=[str(job.pk)], queue=queue)
    except (OperationalError, OSError):
        log.warning("no broker to wake for job %s; the sweeper will", job.pk)


def request_cancel(job: Job) -> None:
    """Asks the worker to stop at its next step; a job that nobody runs ends at once."""
    ended = Job.objects.filter(pk=job.pk, state=JobState.QUEUED).update(
        state=JobState.CANCELLED, cancel_requested=True, finished_at=now()
    )
    if not ended:
        Job.objects.filter(pk=job.pk, state=JobState.RUNNING).update(cancel_requested=True)


def retry(job: Job) -> None:
    """Starts a failed or cancelled job again from where its rows stand. Raises Refused."""
    with transaction.atomic():
        again = Job.objects.filter(
            pk=job.pk, state__in=[JobState.FAILED, JobState.CANCELLED]
        ).update(
            state=JobState.QUEUED,
            attempts=0,
            error="",
            not_before=None,
            finished_at=None,
            cancel_requested=False,
        )
        if not again:
            raise Refused("Pekerjaan ini sedang berjalan atau sudah selesai.")
        transaction.on_commit(lambda: hint(job))


def run(job_id: str, owner: str) -> None:
    """Claims and carries out one job. Whatever happens, the row says it afterwards."""
    lease = claim(job_id, owner)
    if lease is None:
        return
    crash.step("job.claimed")
    with lease:
        try:
            HANDLERS[lease.job.kind](lease)
            crash.step("job.carried_out")
        except LeaseLost:
            log.warning("job %s went to another worker", job_id)
        except JobCancelled:
            lease.finish(JobState.CANCELLED)
        except JobWaits as waiting:
            lease.retry_later(waiting.seconds, error=waiting.sentence, counted=False)
        except JobFailed as failure:
            _settle(lease, failure.sentence, permanent=failure.permanent)
        except Exception as error:
            log.exception("job %s failed", job_id)
            _settle(lease, f"Kesalahan tak terduga ({type(error).__name__}).", permanent=False)
        else:
            lease.finish(JobState.DONE)
            crash.step("job.finished")


def _settle(lease: Lease, sentence: str, *, permanent: bool) -> None:
    if permanent or lease.job.attempts >= MAX_ATTEMPTS:
        with transaction.atomic():
            if lease.finish(JobState.FAILED, error=sentence):
                _tell(str(lease.job.pk))
    else:
        lease.retry_later(2.0**lease.job.attempts, error=sentence)


def _tell(job_id: str) -> None:
    """Tells the app whose job it was. What goes wrong there must not keep the job from ending."""
    job = Job.objects.get(pk=job_id)
    if job.kind not in GAVE_UP:
        return
    try:
        with transaction.atomic():
            GAVE_UP[job.kind](job)
    except Exception:
        log.exception("job %s failed and its app could not be told", job_id)


def sweep() -> int:
    """Rings again for what is overdue and gives up what five workers died of. Returns how many.

    One sweeper at a time, by a PostgreSQL advisory lock that dies with its connection.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_SWEEP_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        moment = now()
        stale = Q(state=JobState.QUEUED) | Q(state=JobState.RUNNING, lease_until__lt=moment)
        _bury(stale)
        due = (
            Job.objects.filter(stale)
            .filter(Q(not_before=None) | Q(not_before__lte=moment))
            .filter(
                Q(hinted_at=None)
                | Q(hinted_at__lt=ago(_HINT_AGAIN))
                | Q(hinted_at__lt=F("not_before"))
            )
            .select_for_update(skip_locked=True)[:100]
        )
        overdue = list(due)
    for job in overdue:
        hint(job)
    return len(overdue)


def _bury(stale: Q) -> None:
    deadly = Job.objects.filter(stale, attempts__gte=MAX_ATTEMPTS)
    for job in list(deadly.select_for_update(skip_locked=True)):
        Job.objects.filter(pk=job.pk).update(
            state=JobState.FAILED,
            lease_until=None,
            owner="",
            error="Pekerjaan berhenti lima kali di tengah jalan. Periksa catatan petugas TI.",
            finished_at=now(),
        )
        _tell(str(job.pk))
