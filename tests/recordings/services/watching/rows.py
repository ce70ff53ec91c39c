"""Rows of footage without files, and a look at them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from cctvportal.common.clock import now
from recordings.enums import AlarmKind, SegmentState
from recordings.models import RecordingPlan, Segment
from recordings.services.watching.found import Look


def row(plan: RecordingPlan, start: datetime, **given: Any) -> Segment:
    """An unsaved minute of the plan's camera, which goes when the plan's term is over."""
    length = given.pop("length", timedelta(minutes=1))
    facts: dict[str, Any] = {
        "camera_id": plan.pk,
        "volume_id": plan.volume_id,
        "state": SegmentState.READY,
        "fence": 1,
        "key_day": start.date(),
        "prepared_at": start,
        "started_at": start,
        "ended_at": start + length,
        "expires_at": start + length + plan.keep_for,
        "bytes": 1000,
        "frames": 1,
        "sha256": "0" * 64,
        "codec": "h264",
    }
    return Segment(**{**facts, **given})


def recorded(plan: RecordingPlan, start: datetime, count: int = 1, **given: Any) -> list[Segment]:
    """`count` segments, one after the other."""
    length = given.get("length", timedelta(minutes=1))
    rows = [row(plan, start + n * length, **given) for n in range(count)]
    return Segment.objects.bulk_create(rows)


def look(moment: datetime | None = None, **given: Any) -> Look:
    facts: dict[str, Any] = {"moment": moment or now(), "open": {}}
    return Look(**{**facts, **given})


def opened(kind: AlarmKind, *subjects: object) -> dict[AlarmKind, frozenset[str]]:
    return {kind: frozenset(map(str, subjects))}
