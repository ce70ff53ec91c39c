"""Holding a job: claim, heartbeat, fence (security.md 5, measured there)."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import TracebackType
from typing import Any, Final, Self

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import F, Q

from cctvportal.common.clock import now
from cctvportal.jobs.models import Job, JobState

log = logging.getLogger(__name__)
MAX_ATTEMPTS: Final = 5


class LeaseLost(Exception):  # noqa: N818 - named for what happened
    """Another worker holds the job now, or nobody may: stop without touching anything."""


class JobCancelled(Exception):  # noqa: N818 - named for what happened
    """A person asked to cancel; the handler cleans up and lets this pass."""


def claim(job_id: str, owner: str) -> Lease | None:
    """Takes the job with one UPDATE, or returns None when it is over, held, or not yet due."""
    moment = now()
    free = Q(state=JobState.QUEUED) | Q(state=JobState.RUNNING, lease_until__lt=moment)
    due = Q(not_before=None) | Q(not_before__lte=moment)
    taken = Job.objects.filter(free, due, pk=job_id, attempts__lt=MAX_ATTEMPTS).update(
        state=JobState.RUNNING,
        owner=owner,
        lease_until=moment + timedelta(seconds=settings.LEASE_SECONDS),
        fence=F("fence") + 1,
        attempts=F("attempts") + 1,
        started_at=moment,
        error="",
    )
    if not taken:
        return None
    job = Job.objects.get(pk=job_id)
    return Lease(job) if job.owner == owner else None


class Lease:
    """The right to carry out one job, kept alive by a thread while the `with` block lasts."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.fence = job.fence
        self._stop = threading.Event()
        self._lost = threading.Event()
        self._cancel = threading.Event()
        if job.cancel_requested:
            # Asked for while nobody ran it, or of a worker that died before it looked.
            self._cancel.set()
        self._beat = threading.Thread(target=self._keep_alive, name=f"lease-{job.pk}", daemon=True)

    def __enter__(self) -> Self:
        self._beat.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._beat.join()

    @property
    def cancelled(self) -> bool:
        return self._cancel.is_set()

    def check(self) -> None:
        """Raises LeaseLost or JobCancelled. Call it before every step that costs or shows."""
        if self._lost.is_set():
            raise LeaseLost(str(self.job.pk))
        if self._cancel.is_set():
            raise JobCancelled(str(self.job.pk))

    def progress(self, *, done: int, total: int, note: str = "") -> None:
        """Writes how far the work is (any one unit, usually bytes). Raises as `check` does."""
        self.check()
        if not self._mine().update(done=done, total=total, note=note[:200]):
            raise LeaseLost(str(self.job.pk))

    @contextmanager
    def transaction(self, *, though_cancelled: bool = False) -> Iterator[None]:
        """An atomic block that commits only while this lease holds the job; else LeaseLost.

        A wish to cancel that is there already raises JobCancelled, so that nothing is finished
        against it; `though_cancelled` is for the clearing up afterwards.
        """
        with transaction.atomic():
            row = self._mine().select_for_update().only("cancel_requested").first()
            if row is None:
                raise LeaseLost(str(self.job.pk))
            if row.cancel_requested and not though_cancelled:
                self._cancel.set()
                raise JobCancelled(str(self.job.pk))
            yield

    def finish(self, state: JobState, *, error: str = "") -> bool:
        """Ends the job; False when it is not this lease's any more."""
        ended = self._mine().update(
            state=state, lease_until=None, owner="", error=error, finished_at=now()
        )
        return bool(ended)

    def retry_later(self, seconds: float, *, error: str, counted: bool = True) -> None:
        self._mine().update(
            attempts=F("attempts") if counted else F("attempts") - 1,
            state=JobState.QUEUED,
            lease_until=None,
            owner="",
            error=error,
            not_before=now() + timedelta(seconds=seconds),
        )

    def _mine(self) -> Any:
        return Job.objects.filter(pk=self.job.pk, fence=self.fence, state=JobState.RUNNING)

    def _keep_alive(self) -> None:
        deadline = now() + timedelta(seconds=settings.LEASE_SECONDS)
        while not self._stop.wait(settings.LEASE_SECONDS / 4):
            until = now() + timedelta(seconds=settings.LEASE_SECONDS)
            try:
                if not self._mine().update(lease_until=until):
                    self._lost.set()
                    break
                deadline = until
                if self._mine().filter(cancel_requested=True).exists():
                    self._cancel.set()
            except DatabaseError:
                log.warning("lease of job %s could not be renewed", self.job.pk, exc_info=True)
                if now() >= deadline:
                    self._lost.set()
                    break
        connection.close()
