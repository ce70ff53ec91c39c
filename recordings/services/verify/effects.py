"""I4: what a job does it does once, however often it was begun.

Each row is compared with what was counted of it, and with its lines in the access book, in one
statement: the three are written in one transaction, so one view of the database shows all or none.
Only what was folded is read apart; a run that does not fit is therefore looked at once more.
"""

from __future__ import annotations

from typing import Any, Final

from django.db.models import BigIntegerField, CharField, Count, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce

from cctvportal.audit.models import Entry
from cctvportal.jobs.models import JobState
from recordings.enums import ErasureState, ExportState, PurgeKind, PurgeState, SegmentState
from recordings.models import CameraDay, Erasure, Export, PurgeRun, Segment
from recordings.services.verify.survey import Survey

_CHUNK: Final = 2000
_EXPORTING: Final = (ExportState.QUEUED, ExportState.WRITING, ExportState.VERIFYING)
_ERASING: Final = (ErasureState.CONFIRMED, ErasureState.RUNNING)


def check(survey: Survey) -> None:
    _runs(survey)
    _exports(survey)
    _erasures(survey)


def _runs(survey: Survey) -> None:
    doubtful = []
    folded = _folded()
    for run in _counted(PurgeRun.objects.all()).iterator(_CHUNK):
        survey.count("purge_runs")
        if not _fits(run, folded):
            doubtful.append(run.pk)
    folded = _folded() if doubtful else {}
    for run in _counted(PurgeRun.objects.filter(pk__in=doubtful)):
        if not _fits(run, folded):
            rows, size = folded.get(str(run.pk), (0, 0))
            survey.violated(
                "I4",
                f"penghapusan {run.pk}",
                f"tercatat {run.segments_purged} potongan ({run.bytes_purged} bita), barisnya "
                f"{run.rows + rows} ({run.rows_bytes + size}), buku catatan {run.told} "
                f"({run.told_bytes})",
            )


def _fits(run: Any, folded: dict[str, tuple[int, int]]) -> bool:
    rows, size = folded.get(str(run.pk), (0, 0))
    counted = (run.segments_purged, run.bytes_purged)
    return counted == (run.rows + rows, run.rows_bytes + size) == (run.told, run.told_bytes)


def _folded() -> dict[str, tuple[int, int]]:
    """Segments and bytes of each run whose rows became part of a day's sum."""
    found: dict[str, tuple[int, int]] = {}
    for runs in CameraDay.objects.values_list("runs", flat=True).iterator(_CHUNK):
        for run, (rows, size) in runs.items():
            before = found.get(run, (0, 0))
            found[run] = (before[0] + rows, before[1] + size)
    return found


def _counted(runs: QuerySet[PurgeRun]) -> QuerySet[Any]:
    """With segments and bytes of its PURGED rows, and of its lines in the book."""
    rows = Segment.objects.filter(purge_run=OuterRef("pk"), state=SegmentState.PURGED)
    grouped = rows.order_by().values("purge_run")
    told = _entries("footage.purged", "recordings.purgerun").values("subject_id")
    return runs.annotate(
        rows=_number(grouped.annotate(found=Count("*"))),
        rows_bytes=_number(grouped.annotate(found=Sum("bytes"))),
        told=_number(told.annotate(found=_sum("segments"))),
        told_bytes=_number(told.annotate(found=_sum("bytes"))),
    )


def _entries(action: str, subject_type: str) -> QuerySet[Entry]:
    """The lines of one action about the row of the query around it."""
    subject = Cast(OuterRef("pk"), CharField())
    lines = Entry.objects.filter(subject_type=subject_type, subject_id=subject, action=action)
    return lines.order_by()


def _sum(fact: str) -> Sum:
    return Sum(Cast(KeyTextTransform(fact, "facts"), BigIntegerField()))


def _number(found: QuerySet[Any, Any]) -> Coalesce:
    """Its `found`, a whole number, 0 where there is no row."""
    return Coalesce(Subquery(found.values("found"), output_field=BigIntegerField()), 0)


def _exports(survey: Survey) -> None:
    lines = _entries("export.verified", "recordings.export").values("subject_id")
    rows = Export.objects.annotate(told=_number(lines.annotate(found=Count("*"))))
    for export in rows.select_related("job").iterator(_CHUNK):
        survey.count("exports")
        subject = f"ekspor {export.number} {export.pk}"
        once = 1 if export.state == ExportState.VERIFIED else 0
        if export.told != once:
            told = f"berstatus {export.state}, tercatat selesai {export.told} kali"
            survey.violated("I4", subject, told)
        if export.job and export.job.state == JobState.DONE and export.state in _EXPORTING:
            survey.violated("I4", subject, "pekerjaannya selesai, ekspornya belum")


def _erasures(survey: Survey) -> None:
    lines = _entries("erasure.done", "recordings.erasure").values("subject_id")
    done = PurgeRun.objects.filter(
        erasure=OuterRef("pk"), kind=PurgeKind.ERASURE, state=PurgeState.DONE
    )
    runs = done.order_by().values("erasure").annotate(found=Count("*"))
    rows = Erasure.objects.annotate(
        told=_number(lines.annotate(found=Count("*"))),
        ended=_number(runs),
        number=F("export__number"),
    )
    for erasure in rows.select_related("job").iterator(_CHUNK):
        survey.count("erasures")
        subject = f"pemusnahan {erasure.number}"
        once = 1 if erasure.state == ErasureState.DONE else 0
        if (erasure.told, erasure.ended) != (once, once):
            told = f"berstatus {erasure.state}, tercatat selesai {erasure.told} kali"
            survey.violated("I4", subject, f"{told}, dengan {erasure.ended} penghapusan")
        if erasure.job and erasure.job.state == JobState.DONE and erasure.state in _ERASING:
            survey.violated("I4", subject, "pekerjaannya selesai, pemusnahannya belum")
