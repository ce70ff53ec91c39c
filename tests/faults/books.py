"""Looking at an office's books from a child: what is recorded, what is missing, what is over."""

from __future__ import annotations

import os
import time
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.db import Error, connection

from cctvportal.accounts.access import SYSTEM
from cctvportal.audit.models import Entry
from cctvportal.common import clock
from cctvportal.jobs.models import Job, JobState
from devices.simulator.camera import PATH
from recordings.enums import SegmentState
from recordings.models import Export, Gap, Segment, Volume
from recordings.models.segment import KEPT
from recordings.services.reconcile import reconcile
from tests.factories.devices import CameraFactory, DeviceFactory, RoomFactory
from tests.factories.recordings import PolicyFactory, VolumeFactory
from tests.faults import checker
from tests.faults.works import footage
from tests.recordings.recorder.watching import stamps

if TYPE_CHECKING:
    from collections.abc import Callable

# Times of the last frame before a gap and of its booking differ by a frame or two.
_GRAIN: Final = timedelta(seconds=2)
# Numbers of names that no store has.
_NAMED: Final = (VolumeFactory, PolicyFactory, DeviceFactory, RoomFactory, CameraFactory)
_FURNISHED: Final = 500
_AGAIN: Final = 30.0
_LOOK_AGAIN: Final = 0.2
_FILMED: Final = (*KEPT, SegmentState.DOOMED, SegmentState.PURGED)


def furnish(port: int) -> int:
    """A camera at this port, beside what is there; its id."""
    for factory in _NAMED:
        factory.reset_sequence(_FURNISHED * (1 + Volume.objects.count()), force=True)
    plan = footage.new_plan()
    plan.camera.stream_url = f"rtsp://127.0.0.1:{port}/{PATH}"
    plan.camera.save()
    return plan.camera_id


def recorded_since(moment: datetime | None) -> float:
    """Seconds until a segment is READY that began after `moment`. Raises TimeoutError."""
    ready = Segment.objects.filter(state=SegmentState.READY)
    if moment is not None:
        ready = ready.filter(started_at__gt=moment)
    return _until(ready.exists, "nothing is recorded again")


def jobs_over() -> float:
    """Seconds until no job waits or runs any more. Raises TimeoutError."""
    left = Job.objects.filter(state__in=[JobState.QUEUED, JobState.RUNNING])
    return _until(lambda: not left.exists(), "jobs are still waiting")


def _until(look: Callable[[], bool], sentence: str) -> float:
    """I9: within half a minute, on a machine that has a core to spare."""
    began = time.monotonic()
    patience = _AGAIN * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    while time.monotonic() - began < patience:
        try:
            if look():
                return time.monotonic() - began
        except Error:
            connection.close()
        time.sleep(_LOOK_AGAIN)
    raise TimeoutError(f"{sentence} after {patience:.0f} s")


def booked_as_gone(camera: int) -> list[str]:
    """Whether a camera that never answers has a gap without end."""
    gaps = Gap.objects.filter(camera=camera, ended_at=None)
    return [] if gaps.exists() else ["a camera that hangs has no gap"]


def closed(*, whole: bool) -> dict[str, Any]:
    """The verdict on an office whose programs have ended. `whole`: no frame may be missing."""
    wrong: list[str] = []
    with clock.shifted(timedelta(minutes=2)):
        for volume in Volume.objects.filter(segments__isnull=False).distinct():
            found = reconcile(volume, min_age=timedelta(0), by=SYSTEM)
            wrong += [f"unexplained: {each}" for each in found.unexplained]
            # What held no whole group of pictures is set aside, and its row says LOST.
            left = Path(volume.path).glob("[!.]*/**/*.part")
            wrong += [f"unsealed: {path}" for path in left]
    wrong += _missing_frames() if whole else _unbooked_holes()
    verified = Export.objects.filter(state="VERIFIED").count()
    told = Entry.objects.filter(action="export.verified").count()
    if verified != told:
        wrong.append(f"{verified} exports are verified, {told} times that was told")
    verdict = checker.verdict(wrong)
    verdict["checked"]["segments of an office"] += _ready().count()
    return verdict


def _ready() -> Any:
    rows = Segment.objects.filter(state=SegmentState.READY)
    return rows.select_related("camera", "volume").order_by("camera", "started_at")


def _missing_frames() -> list[str]:
    """Each picture carries the camera's own count: they follow each other without a hole."""
    counters = [stamp.counter for row in _ready() for stamp, _at in stamps(row)]
    missing = sum(after - before - 1 for before, after in pairwise(counters))
    return [f"{missing} frames are missing of {len(counters)}"] if missing else []


def _unbooked_holes() -> list[str]:
    """Footage that was there, purged by now or not, and the gaps between it fill the time."""
    wrong = []
    filmed = Segment.objects.filter(state__in=_FILMED).order_by("camera", "started_at")
    times = filmed.values_list("camera", "started_at", "ended_at")
    for (camera, _, end), (following, start, _) in pairwise(times):
        if end is None or start is None or camera != following or start - end <= _GRAIN:
            continue
        if (left := _booked_until(camera, end, start)) < start - _GRAIN:
            wrong.append(f"no gap is booked from {left} to {start}, in a hole since {end}")
    return wrong


def _booked_until(camera: int, end: datetime, start: datetime) -> datetime:
    """How far gaps reach from `end` on: one hole may have several causes, one after the other."""
    gaps = Gap.objects.filter(camera=camera, ended_at__gt=end, started_at__lt=start)
    reached = end
    for begins, ends in gaps.order_by("started_at").values_list("started_at", "ended_at"):
        if ends is not None and begins <= reached + _GRAIN:
            reached = max(reached, ends)
    return reached
