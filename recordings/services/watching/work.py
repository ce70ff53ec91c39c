"""Background work that nobody does, or that was given up."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db.models import Count, Exists, Min, OuterRef, Q
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from cctvportal.jobs.models import Job, JobState
from cctvportal.jobs.registry import DEFAULT_QUEUE, QUEUES
from recordings.enums import AlarmKind, ErasureState, ExportState
from recordings.models import Erasure, Export
from recordings.services.watching.found import Found, Look

# The sweeper rings again for every open job after fifteen seconds.
_UNRUNG: Final = timedelta(minutes=2)
_NAMES: Final = {
    "export": _("ekspor ke hard disk"),
    "export-wipe": _("penghapusan salinan di hard disk"),
    "erase": _("pemusnahan sumber"),
}
_NO_LONGER: Final = (ExportState.VERIFIED, ExportState.CANCELLED)


def given_up(look: Look) -> list[Found]:
    """Failed jobs whose export or erasure still waits for somebody, by kind of job.

    A failed job stays a failed row when its export was cancelled: nobody waits for that one.
    """
    del look
    ours = {"job": OuterRef("pk")}
    wiping = Export.objects.filter(wipe_job=OuterRef("pk"), wiped_at=None)
    settled = (
        Q(Exists(Export.objects.filter(**ours, state__in=_NO_LONGER)), kind="export")
        | Q(~Exists(wiping), kind="export-wipe")
        | Q(
            Exists(
                Erasure.objects.filter(
                    **ours, state__in=[ErasureState.DONE, ErasureState.CANCELLED]
                )
            ),
            kind="erase",
        )
    )
    failed = Job.objects.filter(state=JobState.FAILED).exclude(settled)
    rows = failed.values_list("kind").annotate(Count("pk")).order_by("kind")
    return [
        Found(AlarmKind.JOB_GAVE_UP, kind, {"count": count, "name": str(_NAMES.get(kind, kind))})
        for kind, count in rows
    ]


def waiting(look: Look) -> list[Found]:
    """Jobs due for two minutes that nobody rings for or nobody takes: no sweep, or no worker."""
    late = look.moment - _UNRUNG
    # PostgreSQL's GREATEST leaves out what is NULL.
    due = Job.objects.annotate(due=Greatest("created_at", "not_before", "lease_until")).filter(
        state__in=[JobState.QUEUED, JobState.RUNNING], due__lt=late
    )
    unrung = Q(hinted_at__lt=late) | Q(hinted_at=None)
    untaken = Q(kind__in=_asleep(look))
    since = due.filter(unrung | untaken).aggregate(since=Min("due"))["since"]
    facts = {"since_at": since.isoformat()} if since else {}
    return [Found(AlarmKind.JOBS_WAITING, facts=facts)] if since else []


def _asleep(look: Look) -> list[str]:
    """Kinds in whose queue no worker shows a sign of life: it holds a job, or ended one just now.

    Whoever rings lives in the default queue; that tells nothing of the workers of another. Behind
    a job that takes hours the next one waits, and is not late.
    """
    late = look.moment - _UNRUNG
    alive = Job.objects.filter(
        Q(state=JobState.RUNNING, lease_until__gt=look.moment)
        | Q(finished_at__gt=late)
        | Q(not_before__gt=late)
    )
    awake = {QUEUES.get(kind) for kind in alive.values_list("kind", flat=True).distinct()}
    awake.add(DEFAULT_QUEUE)
    return [kind for kind, queue in QUEUES.items() if queue not in awake]
