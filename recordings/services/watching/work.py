"""Background work that nobody does, or that was given up."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db.models import Count, Exists, Min, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from cctvportal.jobs.models import Job, JobState
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
    """Jobs that are due and for which nobody has rung for two minutes: no sweep runs."""
    due = Job.objects.filter(
        Q(not_before=None) | Q(not_before__lt=look.moment - _UNRUNG), state=JobState.QUEUED
    )
    unrung = Q(hinted_at__lt=look.moment - _UNRUNG) | Q(
        hinted_at=None, created_at__lt=look.moment - _UNRUNG
    )
    since = due.filter(unrung).aggregate(since=Min("created_at"))["since"]
    facts = {"since_at": since.isoformat()} if since else {}
    return [Found(AlarmKind.JOBS_WAITING, facts=facts)] if since else []
