"""Cameras come, change, go and move within ten seconds, and the others notice nothing."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from devices.models import Camera
from devices.simulator import VirtualCamera
from recordings.models import Gap, RecordingPlan, Segment, Volume
from recordings.services import volumes
from tests.factories.recordings import VolumeFactory
from tests.recordings.recorder.cluster import crowd
from tests.recordings.recorder.watching import eventually, ready, stamps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.recordings.recorder.conftest import Mount, Register, Start

pytestmark = pytest.mark.slow
WITHIN = 10.0
NOBODY = "rtsp://127.0.0.1:1/cam"  # where nobody listens


@pytest.fixture
def apart(volume: Volume, data_dir: Path) -> Volume:
    """A second volume of the same node."""
    made: Volume = VolumeFactory(node="node-1", path=str(data_dir / "footage-b"), label="Z")
    volumes.prepare(made)
    return made


@pytest.fixture
def healthy() -> Iterator[VirtualCamera]:
    with VirtualCamera("Parkir", gop_s=1.0) as camera:
        yield camera


def opened_on(camera: Camera, volume: Volume) -> bool:
    return Segment.objects.filter(camera=camera, volume=volume, started_at__isnull=False).exists()


def soon(seconds: float = WITHIN) -> float:
    return seconds * crowd()


def test_changes_are_picked_up_and_leave_the_others_alone(
    healthy: VirtualCamera,
    mounts: list[Mount],
    register: Register,
    start: Start,
    apart: Volume,
) -> None:
    still = register(healthy)
    volume = still.plan.volume
    moved, changed, disabled = (register(mount) for mount in mounts[:3])
    recorder = start()
    eventually(lambda: all(map(ready, (still, moved, changed, disabled))), 30)
    pids = recorder.supervisor.pids

    added = register(mounts[3])
    eventually(lambda: opened_on(added, volume), soon())

    RecordingPlan.objects.filter(camera=moved).update(volume=apart)
    eventually(lambda: opened_on(moved, apart), soon())

    Camera.objects.filter(pk=changed.pk).update(stream_url=NOBODY)
    eventually(lambda: Gap.objects.filter(camera=changed, ended_at=None).exists(), soon())
    Camera.objects.filter(pk=changed.pk).update(stream_url=mounts[4].rtsp_url)
    eventually(lambda: not Gap.objects.filter(camera=changed, ended_at=None).exists(), soon())

    Camera.objects.filter(pk=disabled.pk).update(enabled=False)
    eventually(lambda: Gap.objects.filter(camera=disabled, cause="PLANNED").exists(), soon())

    time.sleep(3)
    assert recorder.supervisor.pids == pids
    segments = ready(still) or []
    counters = [stamp.counter for each in segments for stamp, _ in stamps(each)]
    assert counters == list(range(counters[0], counters[0] + len(counters)))
    assert not Gap.objects.filter(camera__in=[still, added]).exists()
    assert Segment.objects.filter(camera=moved, volume=volume, state="READY").exists()
    assert not Segment.objects.filter(camera=moved, volume=volume, state="OPEN").exists()


def test_camera_without_a_plan_is_not_touched_and_a_planned_one_is_new(
    mounts: list[Mount], register: Register, start: Start, volume: Volume
) -> None:
    start()
    time.sleep(1)
    camera = register(mounts[0])
    eventually(lambda: opened_on(camera, volume), soon())
    assert not Gap.objects.exists()
