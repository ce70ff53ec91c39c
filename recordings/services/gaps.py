"""Times without footage: opened and closed by the recorder, read by book 2 and the manifest."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Greatest

from cctvportal.accounts.access import Caller, service
from devices.models import Camera
from recordings.enums import GapCause, SegmentState
from recordings.models import Gap, Segment

# Segments of one session follow each other within this.
_SEAM = timedelta(seconds=2)


@service("recordings.run")
def open_gap(
    camera_id: int, *, cause: GapCause, since: datetime, detail: str = "", by: Caller
) -> None:
    """Notes that `camera_id` delivers nothing since then (aware time), and why.

    The same cause again changes nothing; another one ends the gap under way and follows it. It
    never begins before the last kept footage ends.
    """
    del by
    with transaction.atomic():
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
def close_gap(camera_id: int, *, at: datetime, by: Caller) -> None:
    """Footage is there again from `at` on. No open gap is no error.

    A gap that was closed a little later ends at `at` too: the first frames' time is told first
    roughly, then well.
    """
    del by
    just_closed = Q(ended_at__gt=at, ended_at__lte=at + _SEAM)
    Gap.objects.filter(Q(ended_at=None) | just_closed, camera_id=camera_id).update(
        ended_at=Greatest(F("started_at"), Value(at))
    )


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
    """Footage of [start, end) turned up: a gap that was thought to begin within begins later."""
    del by
    Gap.objects.filter(
        Q(ended_at=None) | Q(ended_at__gt=end),
        camera_id=camera_id,
        started_at__gte=start - _SEAM,
        started_at__lt=end,
    ).update(started_at=end)


@service("recordings.run")
def note_left(camera_id: int, *, at: datetime, by: Caller) -> None:
    """A recorder has let go of a camera: switched off on purpose, removed, or taken over."""
    camera = Camera.objects.get(pk=camera_id)
    if camera.removed_at is not None:
        close_gap(camera_id, at=at, by=by)
    elif not camera.enabled:
        open_gap(camera_id, cause=GapCause.PLANNED, since=at, by=by)


def _last_end(camera_id: int) -> datetime | None:
    """Of what can be played: footage kept as OVERLAP closes no gap."""
    return (
        Segment.objects.filter(camera_id=camera_id, state=SegmentState.READY)
        .order_by("-started_at")
        .values_list("ended_at", flat=True)
        .first()
    )
