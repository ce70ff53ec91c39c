from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from cctvportal.common.clock import now
from recordings.enums import SegmentState
from recordings.models import Gap, Hold, Segment
from recordings.models.segment import KEPT, LONGEST_SEGMENT

# Segments that touch within this count as one span: a frame's time and the clock's grain.
_SEAM = timedelta(seconds=0.5)


@dataclass(frozen=True, slots=True)
class Span:
    """Footage without interruption, [start, end)."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Coverage:
    """What can be seen and exported of one camera in [start, end), in order; the rest is missing.

    `overlaps`: footage of a second recorder, kept under its term and holds but neither played nor
    exported (state OVERLAP). `damaged`: what is not what it was any more. Neither makes anything
    less missing. `bytes` counts what is exported. Nothing past its term counts (`within_term`).
    """

    camera_id: int
    start: datetime
    end: datetime
    spans: tuple[Span, ...]
    missing: tuple[Span, ...]
    bytes: int
    overlaps: tuple[Span, ...] = ()
    damaged: tuple[Span, ...] = ()

    @property
    def is_whole(self) -> bool:
        return bool(self.spans) and not self.missing

    @property
    def is_empty(self) -> bool:
        return not self.spans

    @property
    def seconds(self) -> float:
        return sum((span.end - span.start).total_seconds() for span in self.spans)


def segments_in(camera_ids: Sequence[int], start: datetime, end: datetime) -> QuerySet[Segment]:
    """Kept segments (READY and OVERLAP) that touch [start, end), by camera and time.

    Also those past their term, until the gate takes them.

    The start is bounded from below by the longest segment, so that the index is used (security.md
    6: 0.10 ms against a time that grows with history).
    """
    return (
        Segment.objects.filter(
            camera_id__in=camera_ids,
            state__in=KEPT,
            started_at__gte=start - LONGEST_SEGMENT,
            started_at__lt=end,
            ended_at__gt=start,
        )
        .select_related("camera", "volume")
        .order_by("camera_id", "started_at")
    )


def within_term() -> Q:
    """A condition on segments: their term runs, or was running when a hold on them was placed.

    Between the end of a term and the gate's next passage nobody sees the footage any more, and no
    request or order brings it back (invariant I10, SOP step 5). A hold that came too late keeps it
    from the gate, but not in view.
    """
    in_time = Hold.objects.filter(
        camera=OuterRef("camera"),
        released_at=None,
        placed_at__lt=OuterRef("expires_at"),
        starts_at__lt=OuterRef("ended_at"),
        ends_at__gt=OuterRef("started_at"),
    )
    return Q(expires_at__gt=now()) | Q(Exists(in_time))


def shown_in(camera_ids: Sequence[int], start: datetime, end: datetime) -> QuerySet[Segment]:
    """Of `segments_in` what may be played and exported: READY, sound, and `within_term`."""
    kept = segments_in(camera_ids, start, end)
    return kept.filter(within_term(), state=SegmentState.READY, damaged_at=None)


def coverage(camera_ids: Sequence[int], start: datetime, end: datetime) -> list[Coverage]:
    """What exists of each camera in [start, end), in the order of `camera_ids`."""
    rows: dict[int, list[_Kept]] = {camera_id: [] for camera_id in camera_ids}
    kept = segments_in(camera_ids, start, end).filter(within_term())
    # Plain values: eight cameras of a day are 11,520 rows, and a model object costs ten times more.
    columns = ("camera_id", "state", "started_at", "ended_at", "bytes", "damage")
    for values in kept.values_list(*columns):
        row = _Kept._make(values)
        rows[row.camera_id].append(row)
    return [_cover(camera_id, rows[camera_id], start, end) for camera_id in camera_ids]


class _Kept(NamedTuple):
    """A kept segment's row, as far as coverage tells of it; the CHECK says that it has times."""

    camera_id: int
    state: str
    started_at: datetime
    ended_at: datetime
    bytes: int
    damage: str


def _cover(camera_id: int, rows: list[_Kept], start: datetime, end: datetime) -> Coverage:
    ready = [row for row in rows if row.state == SegmentState.READY]
    shown = [row for row in ready if not row.damage]
    spans = _runs(shown, start, end)
    edges = [start, *(edge for span in spans for edge in (span.start, span.end)), end]
    missing = tuple(
        Span(left, right)
        for left, right in zip(edges[::2], edges[1::2], strict=True)
        if right - left > _SEAM
    )
    return Coverage(
        camera_id,
        start,
        end,
        spans,
        missing,
        bytes=sum(row.bytes for row in shown),
        overlaps=_runs([row for row in rows if row.state == SegmentState.OVERLAP], start, end),
        damaged=_runs([row for row in ready if row.damage], start, end),
    )


def _runs(rows: list[_Kept], start: datetime, end: datetime) -> tuple[Span, ...]:
    runs: list[list[datetime]] = []
    for row in rows:
        begin, stop = max(row.started_at, start), min(row.ended_at, end)
        if runs and begin - runs[-1][1] <= _SEAM:
            runs[-1][1] = max(runs[-1][1], stop)
        else:
            runs.append([begin, stop])
    return tuple(Span(begin, stop) for begin, stop in runs)


def gaps_in(camera_id: int, start: datetime, end: datetime) -> list[Gap]:
    """The booked interruptions of a camera that touch [start, end), with their causes, in order."""
    touching = Gap.objects.filter(camera=camera_id, started_at__lt=end)
    return list(touching.exclude(ended_at__lte=start).order_by("started_at"))


def torn_in(camera_ids: Sequence[int], start: datetime, end: datetime) -> QuerySet[Segment]:
    """Segments of [start, end) that could not be kept, as far as their remains are not cleared."""
    return Segment.objects.filter(
        camera_id__in=camera_ids,
        state=SegmentState.LOST,
        purged_at=None,
        started_at__gte=start - LONGEST_SEGMENT,
        started_at__lt=end,
        ended_at__gt=start,
    )
