"""SIGKILL of the media process and of the recorder's worker (issue, show 6)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings

from cctvportal.accounts.access import SYSTEM
from cctvportal.common.clock import now
from recordings.models import Gap, Segment
from recordings.services.reconcile import reconcile
from tests.recordings.recorder.watching import eventually, ready, stamps

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from devices.models import Camera
    from devices.simulator import VirtualCamera
    from recordings.models import Volume
    from tests.recordings.recorder.conftest import Register, Start

ROOT = Path(__file__).resolve().parents[3]
WITHIN = timedelta(seconds=5)
GOP = timedelta(seconds=1)
GRAIN = timedelta(seconds=0.2)
COMMAND = "-m celery -A cctvportal worker -Q recorder --recorder -P solo -n recorder@test"
pytestmark = pytest.mark.slow


class Worker:
    """The recorder's Celery worker, restarted when it dies as supervisord does."""

    def __init__(self) -> None:
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        quiet = "--without-gossip --without-mingle --loglevel WARNING"
        command = [sys.executable, *COMMAND.split(), *quiet.split()]
        environment = {
            **os.environ,
            "PORTAL_SEGMENT_SECONDS": "2",
            "PORTAL_LEASE_SECONDS": "30",
            "PORTAL_MASTER_KEY": settings.PORTAL_MASTER_KEY,
        }
        return subprocess.Popen(command, cwd=ROOT, env=environment)

    def die(self) -> datetime:
        self.process.kill()
        moment = now()
        self.process.wait()
        self.process = self._start()
        return moment

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


@pytest.fixture
def worker(volume: Volume) -> Iterator[Worker]:
    started = Worker()
    yield started
    started.stop()


def children(pid: int) -> list[int]:
    return [
        int(number)
        for listed in Path(f"/proc/{pid}/task").glob("*/children")
        for number in listed.read_text().split()
    ]


def crowd() -> float:
    """The promise is for a machine with a core to spare; suites run beside other work."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


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
    lens: VirtualCamera, register: Register, worker: Worker, volume: Volume
) -> None:
    camera = register(lens)
    eventually(lambda: ready(camera, 1), 30)
    time.sleep(1.3)
    orphans = children(worker.process.pid)
    assert orphans
    killed = worker.die()
    eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in orphans), 2)
    assert_explained(camera, volume, killed)
