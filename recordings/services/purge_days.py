"""The daily certificate of what expired: one row a day (WIB) on which something went.

It is made once, after the day ended, from the rows that the gate left (SOP step 5). May be killed
and repeated: a day that has its certificate is not looked at again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, Max, Min, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate

from cctvportal.accounts.access import Caller, service
from cctvportal.audit.services import record
from cctvportal.common.clock import WIB, now
from recordings.enums import PurgeKind, SegmentState
from recordings.models import Hold, PurgeDay, PurgeRun, Segment
from recordings.models.segment import KEPT
from recordings.services import erase

_DAY = timedelta(days=1)


@service("recordings.run")
def certify(*, by: Caller) -> list[PurgeDay]:
    """Makes the certificates of the days that are over and have none; usually one or none.

    Raises GateClosed while a purge runs, or by a clock that cannot be trusted: under it no day
    can be said to be over.
    """
    if not _due():
        return []
    with erase.gate():
        return [_certify(day, by=by) for day in _due()]


def _due() -> list[date]:
    """Days before today on which expiry removed something, after the last certificate."""
    last = PurgeDay.objects.aggregate(last=Max("day"))["last"]
    gone = _gone(_runs(last + _DAY if last else None))
    days = gone.annotate(gone_on=TruncDate("purged_at", tzinfo=WIB)).values_list("gone_on")
    today = now().astimezone(WIB).date()
    over = days.filter(gone_on__lt=today, **({"gone_on__gt": last} if last else {}))
    return sorted({day for (day,) in over.distinct()})


def _runs(since: date | None) -> QuerySet[PurgeRun]:
    """The runs of expiry that may have removed something on that day or later."""
    runs = PurgeRun.objects.filter(kind=PurgeKind.EXPIRY)
    if since is None:
        return runs
    start = _midnight(since)
    # One that was killed never ended, and a later passage finished its work.
    return runs.filter(Q(started_at__gte=start) | Q(finished_at=None) | Q(finished_at__gte=start))


def _gone(runs: QuerySet[PurgeRun]) -> QuerySet[Segment]:
    """What they removed: footage, and the remains of what was torn."""
    states = [SegmentState.PURGED, SegmentState.LOST]
    return Segment.objects.filter(purge_run__in=runs, purged_at__isnull=False, state__in=states)


@dataclass(slots=True)
class _Sum:
    """What went of one camera."""

    name: str
    segments: int = 0
    bytes: int = 0
    start: datetime | None = None
    end: datetime | None = None

    def add(self, row: Segment) -> None:
        self.segments += 1
        self.bytes += row.bytes
        self.start = min(filter(None, (self.start, row.started_at)))
        self.end = max(filter(None, (self.end, row.ended_at)))


@dataclass(slots=True)
class _Day:
    """A day's footage, taken in by camera and time."""

    cameras: dict[int, _Sum] = field(default_factory=dict)
    slowest: timedelta = timedelta(0)
    digest: Any = field(default_factory=hashlib.sha256)

    def add(self, row: Segment, *, was_held: bool) -> None:
        self.cameras.setdefault(row.camera_id, _Sum(row.camera.name)).add(row)
        self.digest.update(f"{row.sha256}\n".encode())
        if not was_held and row.purged_at and row.expires_at:
            self.slowest = max(self.slowest, row.purged_at - row.expires_at)

    def listed(self) -> list[dict[str, Any]]:
        return [
            {
                "camera": pk,
                "name": one.name,
                "segments": one.segments,
                "bytes": one.bytes,
                "from": one.start.isoformat() if one.start else None,
                "until": one.end.isoformat() if one.end else None,
            }
            for pk, one in self.cameras.items()
        ]


def _certify(day: date, *, by: Caller) -> PurgeDay:
    start = _midnight(day)
    then = _runs(day).filter(started_at__lt=start + _DAY)
    gone = _gone(then).filter(purged_at__gte=start, purged_at__lt=start + _DAY)
    told = _told(gone.filter(state=SegmentState.PURGED))
    runs = PurgeRun.objects.filter(pk__in=gone.values("purge_run"))
    edges = runs.aggregate(before=Min("epoch_before"), after=Max("epoch_after"))
    with transaction.atomic():
        row = PurgeDay.objects.create(
            day=day,
            segments=sum(one.segments for one in told.cameras.values()),
            bytes=sum(one.bytes for one in told.cameras.values()),
            cameras=told.listed(),
            runs=runs.count(),
            remains=gone.filter(state=SegmentState.LOST).count(),
            held_back=_held(start + _DAY),
            epoch_before=edges["before"],
            epoch_after=edges["after"],
            fingerprint=told.digest.hexdigest(),
            slowest_s=max(0.0, told.slowest.total_seconds()),
            made_at=now(),
        )
        facts = {
            "day": day.isoformat(),
            "segments": row.segments,
            "bytes": row.bytes,
            "held_back": row.held_back,
            "fingerprint": row.fingerprint,
        }
        record("purge.certified", by=by, subject=row, facts=facts)
    return row


def _told(gone: QuerySet[Segment]) -> _Day:
    ever_held = Hold.objects.filter(
        camera=OuterRef("camera"),
        starts_at__lt=OuterRef("ended_at"),
        ends_at__gt=OuterRef("started_at"),
    )
    rows = gone.select_related("camera").annotate(was_held=Exists(ever_held))
    told = _Day()
    for row in rows.order_by("camera__name", "camera", "started_at").iterator(chunk_size=2000):
        told.add(row, was_held=row.was_held)
    return told


def _held(end: datetime) -> int:
    """What the day's end found past its term and under a hold."""
    past = Segment.objects.filter(state__in=KEPT, expires_at__lte=end)
    return past.filter(erase.under_hold()).count()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=WIB)
