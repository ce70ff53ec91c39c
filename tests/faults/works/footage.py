"""Real footage for a store, made by the code that the recorder uses."""

from __future__ import annotations

import hashlib
import os
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.conf import settings

from cctvportal.accounts.access import SYSTEM
from cctvportal.common.clock import ago
from devices.models import Camera
from recordings.enums import SegmentState
from recordings.media.errors import KeyMissing
from recordings.models import RecordingPlan, Segment
from recordings.services import sealing, volumes
from tests.factories.recordings import PlanFactory, VolumeFactory
from tests.faults.store import Footage
from tests.recordings.services.written import Written

if TYPE_CHECKING:
    from recordings.models import Volume
    from tests.faults.store import Fates


_HALF: Final = 100
_YEAR: Final = 365 * 86_400


def new_plan(volume: Volume | None = None) -> RecordingPlan:
    """A camera of long ago with its plan; the volume is ready to be written."""
    made: RecordingPlan = PlanFactory(volume=volume or VolumeFactory())
    Camera.objects.filter(pk=made.camera_id).update(added_at=ago(_YEAR))
    volumes.prepare(made.volume)
    return made


def filmed(plan: RecordingPlan, start: datetime) -> Footage:
    """Four seconds of video, sealed and READY; it expires by the camera's own term."""
    written = Written(plan, start)
    facts = written.sealed()
    sealing.adopt(facts, by=SYSTEM)
    return Footage(
        segment=str(facts.segment),
        camera=str(facts.camera),
        day=facts.key_day.isoformat(),
        path=f"{plan.volume.path}/{facts.base}.mp4",
        sha256=facts.sha256,
        key=written.key.hex(),
    )


def torn(plan: RecordingPlan, start: datetime) -> Written:
    """What a killed media process leaves: half a fragment at the end, no facts, a row under way."""
    written = Written(plan, start)
    Segment.objects.filter(pk=written.row.pk).update(state=SegmentState.OPEN, started_at=start)
    written.film(finished=False)
    os.ftruncate(written.descriptor, os.fstat(written.descriptor).st_size - _HALF)
    written.let_go()
    return written


def harmed(fates: Fates) -> list[str]:
    """What is wrong with footage that every fault must leave alone: row, file, key."""
    wrong = []
    rows = Segment.objects.in_bulk([one.segment for one in fates.kept])
    keys = volumes.keystore()
    for one in fates.kept:
        row = rows.get(UUID(one.segment))
        if row is None or row.state not in {SegmentState.READY, SegmentState.OVERLAP}:
            wrong.append(f"kept segment {one.segment} is {row.state if row else 'without a row'}")
        path = Path(one.path)
        if not path.exists():
            wrong.append(f"kept segment {one.segment} has no file")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != one.sha256:
            wrong.append(f"kept segment {one.segment} has another hash")
        try:
            found = keys.get(UUID(one.camera), _day(one), UUID(one.segment)).hex()
        except KeyMissing:
            found = ""
        if found != one.key:
            wrong.append(f"kept segment {one.segment} lost its key")
    return wrong


def left_over(fates: Fates) -> list[str]:
    """What is still there of footage that should be destroyed by now: row, file, key, no tomb."""
    wrong = []
    rows = Segment.objects.in_bulk([one.segment for one in fates.gone])
    tombs = "".join(path.read_text() for path in _tombstones())
    keys = volumes.keystore()
    for one in fates.gone:
        row = rows.get(UUID(one.segment))
        if row is None or row.state != SegmentState.PURGED:
            wrong.append(f"doomed segment {one.segment} is {row.state if row else 'without a row'}")
        if Path(one.path).exists() or Path(one.path).with_suffix(".json").exists():
            wrong.append(f"doomed segment {one.segment} has a file")
        if UUID(one.segment) in keys.segments(UUID(one.camera), _day(one)):
            wrong.append(f"doomed segment {one.segment} has a key")
        if one.segment not in tombs:
            wrong.append(f"doomed segment {one.segment} has no tombstone")
    return wrong


def _day(one: Footage) -> date:
    return date.fromisoformat(one.day)


def _tombstones() -> list[Path]:
    return list((settings.PORTAL_DATA_DIR / "tombstones").glob("*.jsonl"))
