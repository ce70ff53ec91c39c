"""Custody from the first minute: the facts of each camera's hour are sealed in the access book.

A Merkle root over the hour's segments, each with its file's hash, goes into the book in the
transaction that notes the root and marks the rows. Who later changes a file must change its row
too, and then the root no longer fits; who changes the root as well must change the book.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import TruncHour

from cctvportal.accounts.access import Caller, service
from cctvportal.audit import merkle
from cctvportal.audit.services import canonical_json, record
from cctvportal.common import crash
from cctvportal.common.clock import now
from recordings.enums import SegmentState
from recordings.models import CustodyRoot, Segment
from recordings.models.segment import KEPT, LONGEST_SEGMENT

HOUR: Final = timedelta(hours=1)
# What went before its hour was over is sealed all the same: its row still says what it was.
SEALED: Final = (*KEPT, SegmentState.DOOMED, SegmentState.PURGED)
# By then the last segment that began in the hour has ended and has its row.
_PATIENCE: Final = LONGEST_SEGMENT + timedelta(minutes=5)
_MOST: Final = 500


@service("recordings.run")
def seal_hours(*, most: int = _MOST, by: Caller) -> int:
    """Seals the hours that are over, at most so many; returns how many seals were made.

    Each in a transaction of its own, oldest first: it may be killed and repeated, and after days
    off it catches up over several calls. What is kept later gets a further seal of its hour.
    """
    over = now() - _PATIENCE
    waiting = Segment.objects.filter(custody=None, state__in=SEALED, started_at__lt=_hour_of(over))
    hours = (
        waiting.annotate(hour=TruncHour("started_at", tzinfo=UTC))
        .values_list("camera", "hour")
        .distinct()
        .order_by("hour", "camera")
    )
    return sum(_seal(camera, hour, by=by) for camera, hour in list(hours[:most]))


def leaf(
    *,
    id: str,  # noqa: A002 - the fact's own name
    camera: str,
    started: datetime,
    ended: datetime,
    size: int,
    frames: int,
    sha256: str,
    codec: str,
) -> bytes:
    """The canonical bytes of one segment: what must never change about it."""
    return canonical_json(
        {
            "bytes": size,
            "camera": camera,
            "codec": codec,
            "ended": _text(ended),
            "frames": frames,
            "id": id,
            "sha256": sha256,
            "started": _text(started),
        }
    )


def leaf_of(row: Segment) -> bytes:
    """`leaf` of a row with its camera."""
    assert row.started_at is not None  # noqa: S101 - the CHECK on kept segments says so
    assert row.ended_at is not None  # noqa: S101
    return leaf(
        id=str(row.pk),
        camera=str(row.camera.uuid),
        started=row.started_at,
        ended=row.ended_at,
        size=row.bytes,
        frames=row.frames,
        sha256=row.sha256,
        codec=row.codec,
    )


def root_of(rows: Iterable[Segment]) -> str:
    """The Merkle root (hex) of one seal: by time, then by uuid."""
    ordered = sorted(rows, key=lambda row: (row.started_at, row.pk))
    return merkle.root(leaf_of(row) for row in ordered).hex()


def _seal(camera_id: int, hour: datetime, *, by: Caller) -> bool:
    with transaction.atomic():
        # By key, as holds lock them: two who want the same rows never wait in a ring.
        rows = list(
            Segment.objects.filter(
                camera=camera_id,
                started_at__gte=hour,
                started_at__lt=hour + HOUR,
                custody=None,
                state__in=SEALED,
            )
            .order_by("pk")
            .select_related("camera")
            .select_for_update(of=("self",), no_key=True)
        )
        if not rows:
            return False
        earlier = CustodyRoot.objects.filter(camera=camera_id, hour=hour)
        last = earlier.aggregate(last=Max("sequence"))["last"] or 0
        root = CustodyRoot.objects.create(
            camera_id=camera_id,
            hour=hour,
            sequence=last + 1,
            root=root_of(rows),
            segments=len(rows),
            made_at=now(),
        )
        Segment.objects.filter(pk__in=[row.pk for row in rows]).update(custody=root)
        record("custody.sealed", by=by, subject=root, facts=facts_of(root))
        crash.step("custody.noted")
    return True


def facts_of(root: CustodyRoot) -> dict[str, object]:
    """What the access book says of a seal."""
    return {
        "camera": root.camera_id,
        "hour": _text(root.hour),
        "root": root.root,
        "segments": root.segments,
        "sequence": root.sequence,
    }


def _hour_of(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
