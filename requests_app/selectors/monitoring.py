"""How the cameras and their footage stand: the monitoring page and book 4 read the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from django.db.models import Count, F, Max, Min, Q, RowRange, Sum, Window
from django.utils.translation import gettext as _

from cctvportal.common.clock import WIB, now
from devices.models import Camera, Incident
from recordings.enums import GapCause, SegmentState
from recordings.models import Gap, RecordingPlan, Segment
from recordings.models.segment import KEPT, LONGEST_SEGMENT
from recordings.selectors import Span

# The recorder tells each camera's last picture every few seconds; a lease lasts thirty.
STALE: Final = timedelta(seconds=30)
_SEAM: Final = timedelta(seconds=0.5)


@dataclass(frozen=True, slots=True)
class State:
    """A camera's state as word, colour and icon; `bad` and `warn` come first on the page."""

    word: str
    css: str
    icon: str
    level: int  # 0 bad, 1 to be looked at, 2 good, 3 off on purpose
    records: bool = False

    @property
    def begins(self) -> bool:
        """Not recording yet, and no trouble known: the recorder is at it."""
        return self.icon == "hourglass"


@dataclass(frozen=True, slots=True)
class Watched:
    """One camera on one day. Spans and breaks lie within the day and end at the present."""

    camera: Camera
    plan: RecordingPlan | None
    state: State
    spans: tuple[Span, ...]
    breaks: tuple[Span, ...]
    open_gap: Gap | None
    incidents: tuple[Incident, ...]

    @property
    def lost(self) -> timedelta:
        return sum((one.end - one.start for one in self.breaks), timedelta(0))

    @property
    def recorded(self) -> timedelta:
        return sum((one.end - one.start for one in self.spans), timedelta(0))


@dataclass(frozen=True, slots=True)
class Stock:
    """What is kept of one camera: since when, how much; and how much of it is from the day."""

    since: datetime | None = None
    bytes: int = 0
    segments: int = 0
    day_bytes: int = 0


def day_of(moment: datetime) -> date:
    return moment.astimezone(WIB).date()


def bounds(day: date) -> tuple[datetime, datetime]:
    """[00.00, 24.00) WIB of a day as aware times."""
    start = datetime.combine(day, time.min, tzinfo=WIB)
    return start, start + timedelta(days=1)


def cameras(camera_id: int | None = None) -> list[Camera]:
    """Every camera that is not removed, by name, with room and plan."""
    here = Camera.objects.filter(removed_at=None)
    found = here.select_related("room", "plan__policy").order_by("name")
    return list(found.filter(pk=camera_id) if camera_id else found)


def watch(found: Sequence[Camera], day: date) -> list[Watched]:
    """The cameras on `day` (WIB), in the given order, in six queries however many they are."""
    start, end = bounds(day)
    moment = now()
    end = min(end, moment)
    ids = [camera.pk for camera in found]
    spans = _spans(ids, start, end)
    gaps = _gaps(ids, start, end)
    incidents = _incidents(ids)
    watched = []
    for camera in found:
        plan = getattr(camera, "plan", None)
        under_way = next((gap for gap in gaps[camera.pk] if gap.ended_at is None), None)
        watched.append(
            Watched(
                camera=camera,
                plan=plan,
                state=state_of(camera, plan, under_way, incidents[camera.pk], moment),
                spans=tuple(spans[camera.pk]),
                breaks=tuple(_clipped(gaps[camera.pk], start, end)),
                open_gap=under_way,
                incidents=tuple(incidents[camera.pk]),
            )
        )
    return watched


def state_of(
    camera: Camera,
    plan: RecordingPlan | None,
    gap: Gap | None,
    incidents: Sequence[Incident],
    moment: datetime,
) -> State:
    """The worst that is known of a camera at `moment`."""
    if not camera.enabled:
        return State(_("Dimatikan"), "", "pause", 3)
    if plan is None:
        return State(_("Belum direkam"), "wait", "hourglass", 1)
    if gap is not None and gap.cause == GapCause.RESTART:
        return State(str(gap.get_cause_display()), "wait", "hourglass", 1)
    if gap is not None:
        return State(str(gap.get_cause_display()), "stop", "camera-off", 0)
    return _of_plan(plan, incidents, moment)


def _of_plan(plan: RecordingPlan, incidents: Sequence[Incident], moment: datetime) -> State:
    if plan.lease_until is None or plan.lease_until < moment:
        return State(_("Perekam tidak berjalan"), "stop", "warning", 0)
    if plan.last_frame_at is None:
        return State(_("Menunggu gambar pertama"), "wait", "hourglass", 1)
    if moment - plan.last_frame_at > STALE:
        return State(_("Tidak ada gambar baru"), "stop", "camera-off", 0)
    if incidents:
        return State(_("Merekam, ada catatan"), "wait", "warning", 1, records=True)
    return State(_("Merekam"), "done", "check-circle", 2, records=True)


def _spans(ids: Sequence[int], start: datetime, end: datetime) -> dict[int, list[Span]]:
    """Runs of footage without a break, worked out by the database: a day has 1,440 segments."""
    inside = Segment.objects.filter(
        camera__in=ids,
        state=SegmentState.READY,
        started_at__gte=start - LONGEST_SEGMENT,
        started_at__lt=end,
        ended_at__gt=start,
    )
    reached = Window(
        Max("ended_at"),
        partition_by="camera_id",
        order_by="started_at",
        frame=RowRange(start=None, end=-1),
    )
    begins = (
        inside.annotate(reached=reached)
        .filter(Q(reached=None) | Q(started_at__gt=F("reached") + _SEAM))
        .order_by("camera_id", "started_at")
        .values_list("camera_id", "started_at", "reached")
    )
    last = dict(inside.values_list("camera_id").annotate(Max("ended_at")).order_by())
    edges: dict[int, list[datetime]] = defaultdict(list)
    for camera_id, begin, before in begins:
        assert begin is not None  # noqa: S101 - the CHECK on kept segments says so
        edges[camera_id] += [begin] if before is None else [before, begin]
    spans: dict[int, list[Span]] = defaultdict(list)
    for camera_id, known in edges.items():
        marks = [*known, last[camera_id]]
        spans[camera_id] = [
            Span(max(left, start), min(right, end))
            for left, right in zip(marks[::2], marks[1::2], strict=True)
        ]
    return spans


def _gaps(ids: Sequence[int], start: datetime, end: datetime) -> dict[int, list[Gap]]:
    """Those that touch the day, and whatever is still open."""
    touching = Q(started_at__lt=end, ended_at__gt=start) | Q(ended_at=None)
    found: dict[int, list[Gap]] = defaultdict(list)
    for gap in Gap.objects.filter(touching, camera__in=ids).order_by("started_at"):
        found[gap.camera_id].append(gap)
    return found


def _clipped(gaps: Sequence[Gap], start: datetime, end: datetime) -> list[Span]:
    clipped = (
        Span(max(gap.started_at, start), min(gap.ended_at or end, end))
        for gap in gaps
        if gap.started_at < end
    )
    return [span for span in clipped if span.start < span.end]


def _incidents(ids: Sequence[int]) -> dict[int, list[Incident]]:
    """Open ones by camera; one that names no camera concerns all."""
    found: dict[int, list[Incident]] = defaultdict(list)
    opened = Incident.objects.filter(ended_at=None).prefetch_related("cameras")
    for incident in opened.order_by("started_at"):
        touched = [camera.pk for camera in incident.cameras.all()] or ids
        for camera_id in touched:
            found[camera_id].append(incident)
    return found


def stock(ids: Sequence[int], day: date) -> dict[int, Stock]:
    """What is kept, by camera; a camera without footage is missing."""
    start, end = bounds(day)
    on_day = Q(started_at__gte=start, started_at__lt=end)
    rows = (
        Segment.objects.filter(camera__in=ids, state__in=KEPT)
        .values("camera_id")
        .annotate(
            since=Min("started_at"),
            size=Sum("bytes"),
            count=Count("pk"),
            day_size=Sum("bytes", filter=on_day, default=0),
        )
        .order_by()
    )
    return {
        row["camera_id"]: Stock(row["since"], row["size"], row["count"], row["day_size"])
        for row in rows
    }
