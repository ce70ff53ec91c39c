"""Which footage there is, hour by hour, before somebody asks for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import DurationField, ExpressionWrapper, F, Min, Sum
from django.db.models.functions import TruncHour
from django.utils.translation import gettext as _

from cctvportal.common import words
from cctvportal.common.clock import WIB, now
from devices.models import Camera
from recordings.enums import SegmentState
from recordings.models import Hold, Segment
from recordings.models.segment import LONGEST_SEGMENT
from recordings.selectors import Coverage, coverage

_HOUR = timedelta(hours=1)
# A segment that crosses the hour counts for the hour in which it began.
_GRAIN = timedelta(seconds=90)
_SOON = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Cell:
    """One hour: `css` is full, part, gap, held, soon or none; the word says the same."""

    css: str
    word: str
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Strip:
    """One camera's day, 24 cells from midnight in WIB."""

    camera: Camera
    cells: tuple[Cell, ...]


def day_start(day: date) -> datetime:
    return datetime.combine(day, time(), WIB)


def strips(cameras: Sequence[Camera], day: date) -> list[Strip]:
    """The day of each camera, from two queries however long the day was recorded."""
    begin = day_start(day)
    hours = _hours(cameras, begin)
    holds = list(
        Hold.objects.filter(
            camera__in=cameras,
            released_at=None,
            starts_at__lt=begin + 24 * _HOUR,
            ends_at__gt=begin,
        )
    )
    return [
        Strip(
            camera,
            tuple(
                _cell(
                    begin + number * _HOUR,
                    hours.get((camera.pk, begin + number * _HOUR)),
                    [hold for hold in holds if hold.camera_id == camera.pk],
                )
                for number in range(24)
            ),
        )
        for camera in cameras
    ]


def _hours(
    cameras: Sequence[Camera], begin: datetime
) -> dict[tuple[int, datetime], tuple[timedelta, datetime]]:
    length = ExpressionWrapper(F("ended_at") - F("started_at"), DurationField())
    found = (
        Segment.objects.filter(
            camera__in=cameras,
            state=SegmentState.READY,
            started_at__gte=begin - LONGEST_SEGMENT,
            started_at__lt=begin + 24 * _HOUR,
        )
        .annotate(hour=TruncHour("started_at", tzinfo=WIB))
        .values("camera", "hour")
        .annotate(length=Sum(length), soonest=Min("expires_at"))
    )
    return {(row["camera"], row["hour"]): (row["length"], row["soonest"]) for row in found}


def _cell(begin: datetime, found: tuple[timedelta, datetime] | None, holds: Iterable[Hold]) -> Cell:
    if found is None:
        return Cell("none", _("belum") if begin > now() else _("tidak ada"))
    length, soonest = found
    if length + _GRAIN < min(_HOUR, now() - begin):
        return Cell("part", _("sebagian"))
    if any(hold.starts_at < begin + _HOUR and hold.ends_at > begin for hold in holds):
        return Cell("held", _("ditahan"), "lock")
    if soonest < now() + _SOON:
        return Cell("soon", _("segera terhapus"), "clock")
    return Cell("full", _("lengkap"))


def told(camera: Camera, found: Coverage) -> str:
    """What of a range one would get of `camera`, in a sentence."""
    if found.start > now():
        return _("%(camera)s: belum direkam, waktunya belum tiba.") % {"camera": camera.name}
    if found.is_empty:
        return _("%(camera)s: tidak ada rekaman.") % {"camera": camera.name}
    if found.is_whole:
        return _("%(camera)s: lengkap, %(hours)s.") % {
            "camera": camera.name,
            "hours": words.hours(found.start, found.end),
        }
    missing = sum((span.end - span.start for span in found.missing), timedelta(0))
    return _("%(camera)s: terputus %(length)s, mulai %(at)s.") % {
        "camera": camera.name,
        "length": words.duration(missing),
        "at": words.time(found.missing[0].start),
    }


def told_all(cameras: Sequence[Camera], start: datetime, end: datetime) -> list[str]:
    """`told` for each of `cameras` over [start, end)."""
    found = coverage([camera.pk for camera in cameras], start, end)
    return [told(camera, one) for camera, one in zip(cameras, found, strict=True)]
