"""Cameras that send nothing, and footage that arrives but is not written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Min, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from recordings.enums import AlarmKind, GapCause, SegmentState
from recordings.models import Gap, RecordingPlan, Segment
from recordings.models.segment import KEPT, LONGEST_SEGMENT
from recordings.services.watching.found import Found, Look

_SILENT_AFTER: Final = timedelta(minutes=2)
# Fewer than that at once are told one by one.
_MANY: Final = 3
_UNFINISHED: Final = (SegmentState.PREPARED, SegmentState.OPEN)


@dataclass(frozen=True, slots=True)
class _Silent:
    camera: int
    since: datetime
    recorder: bool


def silent(look: Look) -> list[Found]:
    """Cameras whose last picture is older than two minutes, and that nobody switched off.

    When more than half of those that sent until now stop, it is one alarm and not fifty: the
    network, the power or the recorder. Those that were told one by one before stay so.
    """
    plans = list(_watched())
    found = _silent(plans, look)
    known = [one for one in found if look.is_open(AlarmKind.SILENT_CAMERA, str(one.camera))]
    fresh = [one for one in found if one not in known]
    if len(fresh) >= _MANY and 2 * len(fresh) > len(plans) - len(known):
        facts = _facts(fresh) | {"count": len(fresh), "of": len(plans) - len(known)}
        return [Found(AlarmKind.SILENT_MANY, facts=facts), *map(_one, known)]
    return [_one(one) for one in found]


def _watched() -> QuerySet[RecordingPlan]:
    """Plans of cameras that are to be recorded just now."""
    planned = Gap.objects.filter(ended_at=None, cause=GapCause.PLANNED)
    return RecordingPlan.objects.filter(camera__enabled=True, camera__removed_at=None).exclude(
        camera__in=planned.values("camera")
    )


def _silent(plans: Sequence[RecordingPlan], look: Look) -> list[_Silent]:
    """A camera that never sent a picture counts from its open gap, else from the look before."""
    gaps = dict(Gap.objects.filter(ended_at=None).values_list("camera_id", "started_at"))
    unseen: dict[str, str] = {}
    found = []
    for plan in plans:
        since = plan.last_frame_at or gaps.get(plan.pk)
        if since is None:
            told = look.before.get("unseen", {}).get(str(plan.pk))
            since = datetime.fromisoformat(told) if told else look.moment
            unseen[str(plan.pk)] = since.isoformat()
        if look.moment - since > _SILENT_AFTER:
            held = plan.lease_until is not None and plan.lease_until > look.moment
            found.append(_Silent(plan.pk, since, held))
    look.noted["unseen"] = unseen
    look.noted["silent"] = len(found)
    return found


def _one(one: _Silent) -> Found:
    return Found(AlarmKind.SILENT_CAMERA, str(one.camera), _facts([one]))


def _facts(silent: Sequence[_Silent]) -> dict[str, Any]:
    facts: dict[str, Any] = {"since_at": max(one.since for one in silent).isoformat()}
    if not any(one.recorder for one in silent):
        facts["detail"] = _("Tidak ada perekam yang berjalan untuknya.")
    return facts


def unsealed(look: Look) -> list[Found]:
    """Cameras that send pictures although nothing of the last quarter of an hour is written down.

    Fifteen minutes is the longest a segment may be. A gap that was closed since counts as written
    down: before it there was nothing to write.
    """
    found = []
    for plan in _receiving(look.moment):
        marks = (plan.sealed_until, plan.gap_until)
        since = max(filter(None, marks), default=plan.prepared_at)
        if since is not None and plan.last_frame_at - since > LONGEST_SEGMENT:
            facts = {"since_at": since.isoformat()}
            found.append(Found(AlarmKind.UNSEALED, str(plan.pk), facts))
    return found


def _receiving(moment: datetime) -> Any:  # Any: annotations are unknown to the plan's type
    """Plans with a fresh picture, and until when their footage and gaps are booked."""
    of_camera = {"camera": OuterRef("pk")}
    begun = {"started_at__lte": moment}  # a wrong clock once may have written into the future
    sealed = Segment.objects.filter(**of_camera, **begun, state__in=KEPT).order_by("-started_at")
    gaps = Gap.objects.filter(**of_camera, **begun, ended_at__isnull=False).order_by("-started_at")
    waiting = Segment.objects.filter(**of_camera, state__in=_UNFINISHED).order_by()
    oldest = waiting.values("camera").annotate(oldest=Min("prepared_at")).values("oldest")
    return (
        _watched()
        .filter(last_frame_at__gte=moment - _SILENT_AFTER)
        .annotate(
            sealed_until=Subquery(sealed.values("ended_at")[:1]),
            gap_until=Subquery(gaps.values("ended_at")[:1]),
            prepared_at=Subquery(oldest),
        )
    )
