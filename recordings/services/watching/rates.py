"""Bytes per camera-hour against the usual: a camera that runs and shows nothing worth keeping."""

from __future__ import annotations

from datetime import datetime, timedelta
from statistics import median
from typing import Any, Final

from django.db.models import F, Q, Sum

from recordings.enums import AlarmKind, SegmentSource, SegmentState
from recordings.models import Segment
from recordings.models.segment import KEPT
from recordings.services.watching.found import Found, Look

_HOUR: Final = timedelta(hours=1)
_DAYS: Final = 14
# The same hour of fewer days is no custom yet, and less than ten minutes is no hour.
_LEAST_DAYS: Final = 3
_LEAST: Final = timedelta(minutes=10)
_UNUSUAL: Final = (0.5, 2.0)
# One that was told stays until it is well inside.
_USUAL_AGAIN: Final = (0.6, 1.7)
_RECORDED: Final = (*KEPT, SegmentState.DOOMED, SegmentState.PURGED)


def unusual(look: Look) -> list[Found]:
    """Cameras whose last whole hour holds under half or over twice its usual.

    The usual is the median of the same hour of the last fourteen days. Bytes are counted per
    recorded hour, so that an hour with a gap is not unusual for being short: the gap is told by
    itself.
    """
    ends = look.moment.replace(minute=0, second=0, microsecond=0)
    latest = _per_hour(ends - _HOUR)
    past = [_per_hour(ends - _HOUR - timedelta(days=day)) for day in range(1, _DAYS + 1)]
    look.noted["rates"] = {str(camera): round(rate) for camera, rate in latest.items()}
    found = []
    for camera, rate in sorted(latest.items()):
        known = [hour[camera] for hour in past if camera in hour]
        if len(known) < _LEAST_DAYS:
            continue
        usual = median(known)
        told = look.is_open(AlarmKind.RATE_UNUSUAL, str(camera))
        least, most = _USUAL_AGAIN if told else _UNUSUAL
        if not least <= rate / usual <= most:
            facts: dict[str, Any] = {"now_bytes": round(rate), "usual_bytes": round(usual)}
            found.append(Found(AlarmKind.RATE_UNUSUAL, str(camera), facts))
    return found


def _per_hour(start: datetime) -> dict[int, float]:
    """Bytes per recorded hour of what began within the hour, by camera."""
    rows = (
        Segment.objects.filter(
            Q(started_at__gte=start, started_at__lt=start + _HOUR),
            camera__enabled=True,
            camera__removed_at=None,
            source=SegmentSource.LIVE,
            state__in=_RECORDED,
        )
        .values("camera_id")
        .annotate(size=Sum("bytes"), length=Sum(F("ended_at") - F("started_at")))
        .order_by()
    )
    return {
        row["camera_id"]: row["size"] / (row["length"] / _HOUR)
        for row in rows
        if row["length"] >= _LEAST
    }
