"""Times without footage: opened and closed by the recorder, read by book 2 and the manifest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Greatest

from cctvportal.accounts.access import Caller, service
from cctvportal.common.clock import now
from devices.models import Camera
from recordings.enums import GapCause, SegmentState
from recordings.models import Gap, RecordingPlan, Segment
from recordings.models.segment import LONGEST_SEGMENT

# Segments of one session follow each other within this.
SEAM = timedelta(seconds=2)
# Closed gaps older than this are history: late footage does not come so late.
_LONGEST_LOOK = timedelta(days=30)
# What was recorded there, whatever became of it since.
_WAS_RECORDED = (
    SegmentState.READY,
    SegmentState.OVERLAP,
    SegmentState.DOOMED,
    SegmentState.PURGED,
)


@service("recordings.run")
def open_gap(
    camera_id: int,
    *,
    cause: GapCause,
    since: datetime,
    detail: str = "",
    fence: int | None = None,
    by: Caller,
) -> None:
    """Notes that `camera_id` delivers nothing since then (aware time), and why.

    The same cause again changes nothing; another one ends the gap under way and follows it. It
    never begins before the last kept footage ends. With `fence`, a recorder speaks, and is not
    listened to once another holds the camera.
    """
    del by
    with transaction.atomic():
        if not _holds(camera_id, fence):
            return
        since = max(since, _last_end(camera_id) or since)
        under_way = Gap.objects.select_for_update().filter(camera_id=camera_id, ended_at=None)
        current = under_way.first()
        if current is not None:
            if current.cause == cause:
                return
            since = max(since, current.started_at)
            under_way.update(ended_at=since)
        Gap.objects.create(camera_id=camera_id, cause=cause, started_at=since, detail=detail[:200])


@service("recordings.run")
def close_gap(camera_id: int, *, at: datetime, fence: int | None = None, by: Caller) -> None:
    """Footage is there again from `at` on. No open gap is no error. `fence` as in `open_gap`.

    A gap that was closed a little later ends at `at` too: the first frames' time is told first
    roughly, then well. Where nobody had opened one, a hole behind the last footage is booked now.
    """
    del by
    if not _holds(camera_id, fence):
        return
    just_closed = Q(ended_at__gt=at, ended_at__lte=at + SEAM)
    closed = Gap.objects.filter(Q(ended_at=None) | just_closed, camera_id=camera_id).update(
        ended_at=Greatest(F("started_at"), Value(at))
    )
    if not closed:
        _book_silence(camera_id, at)


def _book_silence(camera_id: int, at: datetime) -> None:
    """A recorder that begins anew with a camera tells no gap, but needs some seconds for it."""
    before = Segment.objects.filter(camera_id=camera_id, state__in=_WAS_RECORDED)
    last = (
        before.filter(started_at__lt=at)
        .order_by("-started_at")
        .values_list("ended_at", flat=True)
        .first()
    )
    if last is None or at - last <= SEAM:
        return
    known = Gap.objects.filter(camera_id=camera_id, started_at__lt=at, ended_at__gt=last)
    if not known.exists():
        cause = GapCause.RESTART
        Gap.objects.create(camera_id=camera_id, cause=cause, started_at=last, ended_at=at)


@service("recordings.run")
def note_restart(camera_id: int, *, at: datetime, by: Caller) -> None:
    """A recorder begins with a camera: since its last footage nobody recorded.

    An open gap stays as it is: its cause is older than the restart. A camera without footage has
    missed nothing.
    """
    last = _last_end(camera_id)
    if last is None or Gap.objects.filter(camera_id=camera_id, ended_at=None).exists():
        return
    since = min(last, at)
    open_gap(camera_id, cause=GapCause.RESTART, since=since, by=by)


@service("recordings.run")
def shrink(camera_id: int, *, start: datetime, end: datetime, by: Caller) -> None:
    """Footage of [start, end) turned up: what was booked there begins later, ends sooner, or goes.

    A gap that was thought to begin up to two seconds before is only the last end not yet known.
    """
    del by
    late = Q(ended_at__gt=start, started_at__gt=start - _LONGEST_LOOK)
    with transaction.atomic():
        touching = Gap.objects.select_for_update().filter(
            Q(ended_at=None) | late, camera_id=camera_id, started_at__lt=end
        )
        for gap in touching:
            _cut(gap, start, end)


def _cut(gap: Gap, start: datetime, end: datetime) -> None:
    goes_on = gap.ended_at is None or gap.ended_at > end
    if not goes_on and gap.started_at >= start:
        gap.delete()
        return
    if not goes_on:
        gap.ended_at = start
    else:
        if gap.started_at < start - SEAM:
            # The row of a gap under way stays: whoever closes it looks for the open one.
            Gap.objects.create(
                camera_id=gap.camera_id,
                cause=gap.cause,
                started_at=gap.started_at,
                ended_at=start,
                detail=gap.detail,
            )
        gap.started_at = end
    gap.save(update_fields=["started_at", "ended_at"])


@service("recordings.run")
def note_left(camera_id: int, *, at: datetime, by: Caller) -> None:
    """A recorder has let go of a camera: switched off on purpose, removed, or taken over."""
    camera = Camera.objects.get(pk=camera_id)
    if camera.removed_at is not None:
        close_gap(camera_id, at=at, by=by)
    elif not camera.enabled:
        open_gap(camera_id, cause=GapCause.PLANNED, since=at, by=by)


@service("recordings.run")
def book_holes(
    camera_id: int,
    *,
    start: datetime,
    end: datetime,
    cause: GapCause = GapCause.RESTART,
    detail: str = "",
    by: Caller,
) -> int:
    """Books what is neither recorded nor booked between footage of [start, end); returns how many.

    For what a recorder could not tell: it died with its notes while the database was away. What
    was recorded and has been erased or has expired since is no hole.
    """
    del by
    with transaction.atomic():
        # One at a time a camera: two nodes would book the same twice.
        list(RecordingPlan.objects.select_for_update().filter(pk=camera_id).values_list("pk"))
        found = [
            Gap(camera_id=camera_id, cause=cause, started_at=left, ended_at=right, detail=detail)
            for left, right in _holes(camera_id, start, end)
        ]
        Gap.objects.bulk_create(found)
    return len(found)


def _holes(camera_id: int, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Between two pieces of footage, as far as no gap is booked there."""
    gaps = list(
        Gap.objects.filter(Q(ended_at=None) | Q(ended_at__gt=start), camera_id=camera_id)
        .filter(started_at__lt=end)
        .order_by("started_at")
        .values_list("started_at", "ended_at")
    )
    segments = Segment.objects.filter(
        camera_id=camera_id,
        state__in=_WAS_RECORDED,
        started_at__gte=start - LONGEST_SEGMENT,
        started_at__lt=end,
    )
    reached: datetime | None = None
    for begins, ends in segments.order_by("started_at").values_list("started_at", "ended_at"):
        if begins is None or ends is None:
            continue  # the CHECK on kept segments excludes it
        if reached is not None and begins - reached > SEAM:
            yield from _unbooked(gaps, reached, begins)
        reached = max(reached or ends, ends)


def _unbooked(
    gaps: list[tuple[datetime, datetime | None]], left: datetime, right: datetime
) -> Iterator[tuple[datetime, datetime]]:
    for begins, ends in gaps:
        if begins >= right or (ends is not None and ends <= left):
            continue
        if begins - left > SEAM:
            yield left, begins
        left = max(left, ends or right)
    if right - left > SEAM:
        yield left, right


def _holds(camera_id: int, fence: int | None) -> bool:
    return fence is None or RecordingPlan.objects.filter(camera_id=camera_id, fence=fence).exists()


def _last_end(camera_id: int) -> datetime | None:
    """Of what can be played: footage kept as OVERLAP closes no gap.

    What a wrong clock wrote into the future ends nothing yet: gaps of today would begin there.
    """
    return (
        Segment.objects.filter(camera_id=camera_id, state=SegmentState.READY, started_at__lte=now())
        .order_by("-started_at")
        .values_list("ended_at", flat=True)
        .first()
    )
