from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q


class JobState(models.TextChoices):
    QUEUED = "QUEUED", "Menunggu giliran"
    RUNNING = "RUNNING", "Sedang berjalan"
    DONE = "DONE", "Selesai"
    FAILED = "FAILED", "Perlu tindakan"
    CANCELLED = "CANCELLED", "Dibatalkan"


class Job(models.Model):
    """A piece of work whose truth is this row (design.md 5).

    A worker holds it by a lease and a fence: the fence counts the claims, and an effect that
    carries an older one is refused. Celery only wakes the workers.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=120, unique=True)
    subject_id = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.QUEUED)
    owner = models.CharField(max_length=80, blank=True)
    lease_until = models.DateTimeField(null=True)
    fence = models.BigIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    hinted_at = models.DateTimeField(null=True)
    cancel_requested = models.BooleanField(default=False)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    note = models.CharField(max_length=200, blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="job_state_known", condition=Q(state__in=JobState.values)),
            models.CheckConstraint(
                name="job_lease_only_while_running",
                condition=Q(state="RUNNING", lease_until__isnull=False)
                | (~Q(state="RUNNING") & Q(lease_until=None)),
            ),
            models.CheckConstraint(
                name="job_failure_says_why", condition=~Q(state="FAILED") | ~Q(error="")
            ),
            models.CheckConstraint(
                name="job_progress_within_total", condition=Q(done__gte=0, total__gte=0)
            ),
        ]
        indexes = [
            models.Index(
                fields=["hinted_at"],
                name="job_open",
                condition=Q(state__in=["QUEUED", "RUNNING"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @property
    def is_over(self) -> bool:
        return self.state in {JobState.DONE, JobState.FAILED, JobState.CANCELLED}

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.total) if self.total else 0
