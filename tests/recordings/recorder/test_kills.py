"""SIGKILL of the media process and of the recorder's worker (issue, show 6)."""

from __future__ import annotations

import os
import signal
import time
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cctvportal.accounts.access import SYSTEM
from cctvportal.common.clock import now
from recordings.models import Gap, Segment
from recordings.services.reconcile import reconcile
from tests.recordings.recorder.cluster import crowd
from tests.recordings.recorder.watching import eventually, ready, stamps

if TYPE_CHECKING:
    from datetime import datetime

    from devices.models import Camera
    from devices.simulator import VirtualCamera
    from recordings.models import Volume
    from tests.recordings.recorder.conftest import Register, Start, StartNode

WITHIN = timedelta(seconds=5)
GOP = timedelta(seconds=1)
GRAIN = timedelta(seconds=0.2)
pytestmark = pytest.mark.slow


def closed_after(camera: Camera, moment: datetime) -> list[Segment] | None:
    """The READY segments, once one of them began after `moment`."""
    segments = ready(camera) or []
    begun = [each for each in segments if each.started_at and each.started_at > moment]
    return segments if begun else None


def assert_explained(camera: Camera, volume: Volume, killed: datetime) -> None:
    """Recording went on in time, the hole is small and booked, nothing lies around."""
    segments = eventually(lambda: closed_after(camera, killed))
    gaps = Gap.objects.filter(camera=camera, cause="RESTART", started_at__lte=killed)
    gap = eventually(lambda: gaps.filter(ended_at__gt=killed).first())
    assert gap.ended_at is not None
    assert gap.ended_at - killed < WITHIN * crowd()
    assert killed - gap.started_at < GOP + GRAIN
    found = reconcile(volume, min_age=timedelta(0), by=SYSTEM)
    assert found.unexplained == []
    segments = ready(camera) or segments
    holes = [
        (before.ended_at, behind.started_at)
        for before, behind in pairwise(segments)
        if before.ended_at and behind.started_at and behind.started_at - before.ended_at > GRAIN
    ]
    ((left, right),) = holes
    assert abs(left - gap.started_at) < GRAIN
    assert abs(right - gap.ended_at) < GRAIN
    for segment in segments:
        assert max(abs(stamp.seconds - told) for stamp, told in stamps(segment)) < 0.2


def test_media_process_killed_goes_on_within_seconds(
    lens: VirtualCamera, register: Register, start: Start, volume: Volume
) -> None:
    camera = register(lens)
    recorder = start()
    eventually(lambda: ready(camera, 1))
    time.sleep(1.3)
    (pid,) = recorder.supervisor.pids
    killed = now()
    os.kill(pid, signal.SIGKILL)
    assert_explained(camera, volume, killed)
    assert recorder.supervisor.pids != [pid]


def test_worker_killed_goes_on_within_seconds_and_leaves_no_child(
    lens: VirtualCamera, register: Register, start_node: StartNode, volume: Volume
) -> None:
    camera = register(lens)
    worker = start_node()
    eventually(lambda: ready(camera, 1), 30)
    time.sleep(1.3)
    orphans = worker.media_processes()
    assert orphans
    killed = now()
    worker.process.kill()  # it alone: its children end with it
    worker.process.wait()
    worker.start()
    eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in orphans), 2)
    assert_explained(camera, volume, killed)
