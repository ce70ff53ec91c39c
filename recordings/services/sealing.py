"""From a written file to a READY row. Every step may be repeated, also by another process."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from cctvportal.accounts.access import Caller, service
from cctvportal.audit.services import record
from cctvportal.common import crash
from cctvportal.common.clock import now
from devices.models import Camera
from recordings.enums import ErasureState, SegmentSource, SegmentState
from recordings.media.sidecar import Sidecar
from recordings.models import Erasure, Segment
from recordings.models.segment import LONGEST_SEGMENT
from recordings.services import gaps, plans

log = logging.getLogger(__name__)

UNFINISHED = (SegmentState.PREPARED, SegmentState.OPEN, SegmentState.LOST)
# A start a little before the last end is the clock's grain; more is told (design.md 6).
_CLAMP = timedelta(seconds=2)
# A camera is added after its first picture at most by a wrong time zone.
_AT_MOST_EARLIER = timedelta(days=2)
_ADOPTION_LOCK = 0x41444F50 << 32  # "ADOP", and the camera


class NotOurs(Exception):  # noqa: N818 - named for what happened
    """The facts name a camera that this portal does not know, or a length no segment of it has."""


@service("recordings.run")
def note_prepared(segments: list[Segment], *, by: Caller) -> None:
    """Writes the rows of prepared segments; those that exist already stay as they are."""
    del by
    Segment.objects.bulk_create(segments, ignore_conflicts=True)
    crash.step("record.rows_noted")


@service("recordings.run")
def note_open(segment_id: UUID, *, started_at: datetime, by: Caller) -> None:
    """The first frame is there; told again when its time is known better."""
    del by
    Segment.objects.filter(
        pk=segment_id, state__in=[SegmentState.PREPARED, SegmentState.OPEN]
    ).update(state=SegmentState.OPEN, started_at=started_at)
    crash.step("record.opened")


@service("recordings.run")
def stand_still(camera_ids: Iterable[int], *, by: Caller) -> None:
    """Nothing of these cameras is adopted from here to the end of the caller's transaction.

    What is being adopted is waited for, and is in view of the next statement. So an erasure that
    stands still as it begins, and looks again as it ends, misses no footage: whatever comes later
    sees the erasure.
    """
    del by
    with connection.cursor() as cursor:
        for camera_id in sorted(set(camera_ids)):  # one order for all: no deadlock
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ADOPTION_LOCK + camera_id])


@service("recordings.run")
def adopt(facts: Sidecar, *, by: Caller) -> SegmentState:
    """Makes the row of a sealed file: READY, or OVERLAP when other footage covers its time.

    A row that is kept, doomed or purged already is left alone, and its state returned. A missing
    row is made. The owner's fence does not matter: footage is never refused, but what comes back
    into an erased range is kept from view and expires at once. Raises NotOurs.
    """
    camera = Camera.objects.filter(uuid=facts.camera).first()
    if camera is None:
        raise NotOurs(str(facts.camera))
    if facts.duration_s > LONGEST_SEGMENT.total_seconds():
        raise NotOurs(f"{facts.segment}: {facts.duration_s:.0f} s")
    try:
        return _adopt(camera, facts, by=by)
    except IntegrityError:
        # Another recorder kept the same time meanwhile: now its row is seen.
        return _adopt(camera, facts, by=by)


def _adopt(camera: Camera, facts: Sidecar, *, by: Caller) -> SegmentState:
    with transaction.atomic():
        with connection.cursor() as cursor:
            lock = _ADOPTION_LOCK + camera.pk
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [lock])
        row = Segment.objects.select_for_update().filter(pk=facts.segment).first()
        if row is None:
            row = _new_row(camera, facts)
        if row.state not in UNFINISHED or row.purged_at is not None:
            return SegmentState(row.state)
        start, covered = _place_in_time(camera, facts)
        erasure = _erased(camera, start, facts.ended_at)
        term_ends = _counted_from(camera, facts) + plans.term_of(camera.pk)
        row.state = SegmentState.OVERLAP if covered or erasure else SegmentState.READY
        row.started_at, row.ended_at = start, facts.ended_at
        row.expires_at = now() if erasure else term_ends
        row.bytes, row.frames, row.sha256 = facts.size, facts.frames, facts.sha256
        row.codec, row.width, row.height = facts.codec, facts.width, facts.height
        row.camera_clock_error_s = facts.clock_error_s
        row.save()
        if row.state == SegmentState.READY:
            gaps.shrink(camera.pk, start=start, end=facts.ended_at, by=by)
        if covered or facts.salvaged:
            action = "segment.overlaps" if covered else "segment.salvaged"
            log.warning("%s: segment %s of camera %s", action, row.pk, camera.pk)
            record(action, by=by, subject=row, facts={"camera": camera.pk, "frames": row.frames})
        if erasure:
            came_back = {"camera": camera.pk, "erasure": str(erasure.pk)}
            record("segment.erased_again", by=by, subject=row, facts=came_back)
        crash.step("seal.row_saved")
    crash.step("seal.row_committed")
    return SegmentState(row.state)


def _counted_from(camera: Camera, facts: Sidecar) -> datetime:
    """When the term begins: at the end, unless that lies days before the camera was there.

    Then a clock without battery stamped it, and a term of that time would be over at once: it
    counts from the newest time that is known.
    """
    if facts.source != SegmentSource.LIVE or facts.ended_at > camera.added_at - _AT_MOST_EARLIER:
        return facts.ended_at
    log.warning("segment %s of camera %s is older than its camera", facts.segment, camera.pk)
    footage = Segment.objects.filter(camera=camera, state=SegmentState.READY)
    newest = footage.order_by("-started_at").values_list("ended_at", flat=True).first()
    return max(now(), camera.added_at, newest or camera.added_at)


def _erased(camera: Camera, start: datetime, end: datetime) -> Erasure | None:
    """The erasure whose range this footage came back into: nobody shall see it, the gate takes it.

    As OVERLAP it is neither played nor exported; the next passage removes it.
    """
    return Erasure.objects.filter(
        state__in=[ErasureState.RUNNING, ErasureState.DONE],
        export__cameras__camera=camera,
        export__starts_at__lt=end,
        export__ends_at__gt=start,
    ).first()


def _new_row(camera: Camera, facts: Sidecar) -> Segment:
    return Segment.objects.create(
        id=facts.segment,
        camera=camera,
        volume_id=facts.volume,
        state=SegmentState.PREPARED,
        source=SegmentSource(facts.source),
        fence=facts.fence,
        key_day=facts.key_day,
        prepared_at=facts.prepared_at,
    )


def _place_in_time(camera: Camera, facts: Sidecar) -> tuple[datetime, bool]:
    """The start to be written, and whether other kept footage covers more than the grain."""
    start, end = facts.started_at, facts.ended_at
    others = Segment.objects.filter(
        Q(started_at__lt=end, ended_at__gt=start),
        camera=camera,
        state=SegmentState.READY,
        source=SegmentSource.LIVE,
    ).values_list("started_at", "ended_at")
    last_end = start
    for begins, ends in others:
        if begins is None or ends is None or begins > start:
            return start, True
        last_end = max(last_end, ends)
    clamped = last_end - start <= _CLAMP and last_end < end
    return (last_end, False) if clamped else (start, True)
