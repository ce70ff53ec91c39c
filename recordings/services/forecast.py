"""How many days a volume still has: what comes in, what will go, and what is held and stays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from math import ceil
from operator import or_
from typing import Final
from uuid import UUID

from django.db.models import DateTimeField, F, Func, Max, Min, Q, QuerySet, Sum, Value

from recordings.enums import SegmentSource, SegmentState
from recordings.models import Hold, RecordingPlan, Segment
from recordings.models.segment import KEPT, LONGEST_SEGMENT

_DAY: Final = timedelta(days=1)
_WEEK: Final = timedelta(days=7)
# What was recorded counts, whether or not it is still there.
_RECORDED: Final = (*KEPT, SegmentState.DOOMED, SegmentState.PURGED)
_FURTHEST: Final = 10 * 366

# Bytes that go on each day from now: day 0 is the next 24 hours.
Going = Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Inflow:
    """One camera: bytes a day, and how many days each of them stays."""

    per_day: float
    keep_days: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """`days` whole days are left before the volume is down to its reserve; None: it suffices.

    Bytes. `per_day` comes in, `going` goes by itself within the next week, `held` is kept by holds
    beyond its term or will be. `unknown` cameras have recorded nothing to reckon from.
    """

    days: int | None
    free: int
    per_day: int
    going: int
    held: int
    unknown: int


def days_left(free: int, inflows: Sequence[Inflow], going: Going) -> int | None:
    """Whole days until less than `free` bytes are left over, None when that never happens.

    After `t` days, `t` days' worth of each camera lies on the disk, but never more than it keeps;
    what lies there now has gone as far as `going` says. Once everything that is there now is gone
    and each camera has filled its term, nothing changes any more.
    """
    steady = max([0, *going, *(ceil(one.keep_days) for one in inflows)]) + 1
    gone = 0
    if free < 0:
        return 0
    for day in range(min(steady, _FURTHEST)):
        gone += going.get(day, 0)
        come = sum(one.per_day * min(day + 1, one.keep_days) for one in inflows)
        if free + gone - come < 0:
            return day
    return None


def forecasts(
    free: Mapping[UUID, int],
    moment: datetime,
    also: Iterable[tuple[int, datetime, datetime]] = (),
) -> dict[UUID, Forecast]:
    """One forecast for each volume id of `free`, which tells the bytes above its reserve.

    `also`: camera, start and end of what would be held besides. Three grouped queries, however
    many volumes and cameras there are.
    """
    inflows, unknown = _inflows(moment)
    going = _by_day(Segment.objects.filter(state__in=KEPT, volume__in=list(free)), moment)
    held = _by_day(_held(free, also), moment)
    doomed = _doomed(free)
    found = {}
    for volume, room in free.items():
        leaving = {day: size - held[volume].get(day, 0) for day, size in going[volume].items()}
        leaving[0] = leaving.get(0, 0) + doomed.get(volume, 0)
        found[volume] = Forecast(
            days=days_left(room, inflows[volume], leaving),
            free=room,
            per_day=round(sum(one.per_day for one in inflows[volume])),
            going=sum(size for day, size in leaving.items() if day < _WEEK.days),
            held=sum(held[volume].values()),
            unknown=unknown[volume],
        )
    return found


def _inflows(moment: datetime) -> tuple[dict[UUID, list[Inflow]], dict[UUID, int]]:
    """By volume: each camera that is to be recorded there, and how many tell nothing yet.

    The last week's bytes over the time from their first to their last picture: a camera that is
    younger, or was away for days and will come back, is reckoned by what it sends when it sends.
    """
    plans = RecordingPlan.objects.select_related("policy").filter(
        camera__enabled=True, camera__removed_at=None
    )
    rates = _rates([plan.pk for plan in plans], moment)
    inflows: dict[UUID, list[Inflow]] = defaultdict(list)
    unknown: dict[UUID, int] = defaultdict(int)
    for plan in plans:
        if plan.pk in rates:
            inflows[plan.volume_id].append(Inflow(rates[plan.pk], plan.keep_for / _DAY))
        else:
            unknown[plan.volume_id] += 1
    return inflows, unknown


def _rates(cameras: Iterable[int], moment: datetime) -> dict[int, float]:
    """Bytes a day by camera; one without footage of the last week is missing."""
    rows = (
        Segment.objects.filter(
            camera__in=list(cameras),
            source=SegmentSource.LIVE,
            state__in=_RECORDED,
            started_at__gte=moment - _WEEK,
        )
        .values("camera_id")
        .annotate(size=Sum("bytes"), first=Min("started_at"), last=Max("ended_at"))
        .order_by()
    )
    return {row["camera_id"]: row["size"] / ((row["last"] - row["first"]) / _DAY) for row in rows}


def _by_day(segments: QuerySet[Segment], moment: datetime) -> dict[UUID, dict[int, int]]:
    """Bytes by volume and day of expiry, counted from `moment`; what is past its term is day 0.

    date_bin rather than a division: a million rows are binned as integers.
    """
    day = Func(
        Value(_DAY), F("expires_at"), Value(moment),
        function="date_bin", output_field=DateTimeField(),
    )  # fmt: skip
    rows = (
        segments.annotate(day=day).values("volume_id", "day").annotate(size=Sum("bytes")).order_by()
    )
    found: dict[UUID, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        found[row["volume_id"]][max(0, (row["day"] - moment).days)] += row["size"]
    return found


def _held(
    volumes: Iterable[UUID], also: Iterable[tuple[int, datetime, datetime]]
) -> QuerySet[Segment]:
    """Kept segments under a hold, each once, by ranges that the index of camera and time knows."""
    active = Hold.objects.filter(released_at=None).values_list("camera_id", "starts_at", "ends_at")
    touched = [
        Q(
            camera=camera,
            started_at__gte=start - LONGEST_SEGMENT,
            started_at__lt=end,
            ended_at__gt=start,
        )
        for camera, start, end in _merged([*active, *also])
    ]
    if not touched:
        return Segment.objects.none()
    return Segment.objects.filter(reduce(or_, touched), state__in=KEPT, volume__in=list(volumes))


def _merged(
    ranges: Iterable[tuple[int, datetime, datetime]],
) -> list[tuple[int, datetime, datetime]]:
    """Ranges of one camera that touch become one: ten requests for one morning are one range."""
    merged: list[tuple[int, datetime, datetime]] = []
    for camera, start, end in sorted(ranges):
        if merged and merged[-1][0] == camera and start <= merged[-1][2]:
            merged[-1] = (camera, merged[-1][1], max(end, merged[-1][2]))
        else:
            merged.append((camera, start, end))
    return merged


def _doomed(volumes: Iterable[UUID]) -> dict[UUID, int]:
    """Bytes that are on their way out: they count as free already."""
    rows = (
        Segment.objects.filter(state=SegmentState.DOOMED, volume__in=list(volumes))
        .values("volume_id")
        .annotate(size=Sum("bytes"))
        .order_by()
    )
    return {row["volume_id"]: row["size"] for row in rows}
