"""Book 2 (kendala rekaman): what the recorder noticed and what people reported. Book 5: kahar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, Q, QuerySet, Value

from cctvportal.accounts.models import User
from devices.enums import IncidentKind
from devices.models import Camera, Incident
from recordings.models import Gap
from requests_app.selectors.books.criteria import Criteria

_GAP, _INCIDENT = "gap", "incident"


@dataclass(frozen=True, slots=True)
class FaultLine:
    """One time without (good) footage. `reported_by` is None for what the recorder noticed.

    No cameras means the whole office. `ended_at` None: it goes on.
    """

    pk: int
    cameras: tuple[Camera, ...]
    cause: str
    started_at: datetime
    ended_at: datetime | None
    description: str
    action_taken: str
    reported_by: User | None


def faults(criteria: Criteria) -> Any:  # Any: rows (source, pk, start) of two models
    """Gaps and incidents together, newest first; page it, then ask `fault_lines`."""
    gaps = Gap.objects.filter(criteria.during("started_at", "ended_at"))
    if criteria.camera_id:
        gaps = gaps.filter(camera=criteria.camera_id)
    if criteria.person:
        gaps = gaps.none()
    reported = incidents(criteria, IncidentKind.FAULT)
    columns = ("source", "pk", "started_at")
    return (
        _named(gaps, _GAP)
        .values_list(*columns)
        .order_by()
        .union(_named(reported, _INCIDENT).values_list(*columns).order_by(), all=True)
        .order_by("-started_at", "source", "-pk")
    )


def _named(rows: QuerySet[Any], source: str) -> QuerySet[Any]:
    named: QuerySet[Any] = rows.annotate(source=Value(source, output_field=CharField()))
    return named


def incidents(criteria: Criteria, kind: IncidentKind) -> QuerySet[Incident]:
    """Incidents of one kind, newest first. One that names no camera concerns every camera."""
    found = Incident.objects.filter(criteria.during("started_at", "ended_at"), kind=kind)
    if criteria.camera_id:
        touched = Incident.cameras.through.objects.filter(camera=criteria.camera_id)
        found = found.filter(Q(pk__in=touched.values("incident")) | Q(cameras=None))
    if criteria.person:
        found = found.filter(reported_by__name__icontains=criteria.person)
    return (
        found.select_related("reported_by")
        .prefetch_related("cameras__room")
        .order_by("-started_at", "-pk")
    )


def fault_lines(found: Sequence[tuple[str, int, datetime]]) -> list[FaultLine]:
    """The rows behind one page of `faults`, in its order."""
    gaps = Gap.objects.select_related("camera__room").in_bulk(
        [pk for source, pk, _at in found if source == _GAP]
    )
    reported = incident_lines(
        Incident.objects.filter(pk__in=[pk for source, pk, _at in found if source == _INCIDENT])
        .select_related("reported_by")
        .prefetch_related("cameras__room")
    )
    by_pk = {line.pk: line for line in reported}
    lines = [_of_gap(gaps[pk]) if source == _GAP else by_pk.get(pk) for source, pk, _at in found]
    return [line for line in lines if line is not None]


def _of_gap(gap: Gap) -> FaultLine:
    return FaultLine(
        pk=gap.pk,
        cameras=(gap.camera,),
        cause=str(gap.get_cause_display()),
        started_at=gap.started_at,
        ended_at=gap.ended_at,
        description=gap.detail,
        action_taken="",
        reported_by=None,
    )


def incident_lines(found: QuerySet[Incident] | Sequence[Incident]) -> list[FaultLine]:
    return [
        FaultLine(
            pk=row.pk,
            cameras=tuple(row.cameras.all()),
            cause=str(row.get_cause_display()),
            started_at=row.started_at,
            ended_at=row.ended_at,
            description=row.description,
            action_taken=row.action_taken,
            reported_by=row.reported_by,
        )
        for row in found
    ]
