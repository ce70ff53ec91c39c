"""What was purged long ago becomes a line a camera and day, so that the table does not grow.

Only whole seals fold: each is computed anew from its rows just before they go, and the day's hash
stands over the seals. What was erased by two persons stays row by row, as its certificate lists it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max

from cctvportal.accounts.access import Caller, service
from cctvportal.audit import merkle
from cctvportal.audit.services import record
from cctvportal.common import crash
from cctvportal.common.clock import now
from devices.models import Camera
from recordings.enums import PurgeKind, SegmentState
from recordings.models import CameraDay, CustodyRoot, Segment
from recordings.services import custody

_DAY: Final = timedelta(days=1)
_MOST: Final = 200


@service("recordings.run")
def fold_days(*, most: int = _MOST, by: Caller) -> int:
    """Folds what was purged longer ago than the setting, at most so many days; returns how many.

    Each day in a transaction of its own: it may be killed and repeated. A day of which something is
    still held, or not yet sealed, is folded as far as it goes, and looked at again next time.
    """
    before = now() - timedelta(days=settings.FOLD_AFTER_DAYS)
    folded = 0
    for camera in Camera.objects.order_by("pk"):
        for day in _days(camera, before):
            folded += _fold(camera, day, before, by=by)
            if folded >= most:
                return folded
    return folded


def day_hash(roots: list[CustodyRoot]) -> str:
    """The Merkle root (hex) over these seals, by hour and sequence."""
    ordered = sorted(roots, key=lambda root: (root.hour, root.sequence))
    return merkle.root(bytes.fromhex(root.root) for root in ordered).hex()


def _days(camera: Camera, before: datetime) -> Iterator[date]:
    """Days that may have something to fold; what was purged by then had ended by then."""
    edge = datetime.min.replace(tzinfo=UTC)
    while True:
        old = Segment.objects.filter(
            camera=camera, state=SegmentState.PURGED, started_at__gte=edge, started_at__lt=before
        )
        first = old.order_by("started_at").values_list("started_at", flat=True).first()
        if first is None:
            return
        day = first.astimezone(UTC).date()
        yield day
        edge = _begin(day) + _DAY


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _fold(camera: Camera, day: date, before: datetime, *, by: Caller) -> bool:
    with transaction.atomic():
        rows = list(
            Segment.objects.filter(
                camera=camera,
                started_at__gte=_begin(day),
                started_at__lt=_begin(day) + _DAY,
                custody__isnull=False,
            )
            .order_by("pk")
            .select_related("camera", "purge_run")
            .select_for_update(of=("self",))
        )
        whole = _whole(rows, before)
        if not whole:
            return False
        gone = [row for theirs in whole.values() for row in theirs]
        summed = _sum(camera, day, list(whole), gone)
        record("footage.folded", by=by, subject=summed, facts=_facts(summed))
        crash.step("fold.noted")
        # One statement: the database compares what it takes with what the day says.
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM recordings_segment WHERE id = ANY(%s::uuid[])",
                [[str(row.pk) for row in gone]],
            )
        crash.step("fold.deleted")
    crash.step("fold.committed")
    return True


def _whole(rows: list[Segment], before: datetime) -> dict[CustodyRoot, list[Segment]]:
    """The seals all of whose segments expired long ago, and which still fit their rows."""
    by_root: dict[int, list[Segment]] = defaultdict(list)
    for row in rows:
        if row.custody_id is not None:
            by_root[row.custody_id].append(row)
    roots = CustodyRoot.objects.in_bulk(list(by_root))
    return {
        roots[pk]: theirs
        for pk, theirs in by_root.items()
        if all(_is_over(row, before) for row in theirs)
        and len(theirs) == roots[pk].segments
        and custody.root_of(theirs) == roots[pk].root
    }


def _is_over(row: Segment, before: datetime) -> bool:
    return (
        row.state == SegmentState.PURGED
        and row.purged_at is not None
        and row.purged_at < before
        and row.purge_run is not None
        and row.purge_run.kind == PurgeKind.EXPIRY
    )


def _sum(camera: Camera, day: date, roots: list[CustodyRoot], gone: list[Segment]) -> CameraDay:
    last = CameraDay.objects.filter(camera=camera, day=day).aggregate(last=Max("sequence"))["last"]
    runs: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in gone:
        counted = runs[str(row.purge_run_id)]
        counted[0] += 1
        counted[1] += row.bytes
    times = [(row.started_at, row.ended_at) for row in gone if row.started_at and row.ended_at]
    return CameraDay.objects.create(
        camera=camera,
        day=day,
        sequence=(last or 0) + 1,
        segments=len(gone),
        bytes=sum(row.bytes for row in gone),
        frames=sum(row.frames for row in gone),
        seconds=sum((end - start).total_seconds() for start, end in times),
        first=min(start for start, _ in times),
        last=max(end for _, end in times),
        sha256=day_hash(roots),
        roots=sorted(root.pk for root in roots),
        runs=runs,
        made_at=now(),
    )


def _facts(summed: CameraDay) -> dict[str, object]:
    return {
        "bytes": summed.bytes,
        "camera": summed.camera_id,
        "day": summed.day.isoformat(),
        "frames": summed.frames,
        "segments": summed.segments,
        "sequence": summed.sequence,
        "sha256": summed.sha256,
    }
