"""What happens to one camera, or to one media process, stays there."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from recordings.media.protocol import Unwatch
from recordings.models import Gap, Volume
from recordings.recorder.ledger import Ledger
from recordings.recorder.seat import IN_HAND, Phase
from recordings.recorder.supervisor import Supervisor
from tests.recordings.recorder.watching import eventually, ready, stamps

if TYPE_CHECKING:
    from devices.models import Camera
    from devices.simulator import VirtualCamera
    from recordings.recorder.recorder import Recorder
    from tests.recordings.recorder.conftest import Register, Start

ROOT = Path(__file__).resolve().parents[3]
SIMULATOR = "-m devices.simulator --name Parkir --port 0 --onvif-port 0 --gop 1"


@dataclass
class Apart:
    """A virtual camera in a process of its own, which can be frozen."""

    process: subprocess.Popen[str]
    rtsp_url: str
    username: str = "admin"
    password: str = "rahasia-kamera"


@pytest.fixture
def apart() -> Iterator[Apart]:
    command = [sys.executable, *SIMULATOR.split(), "--password-env", "KATA_SANDI"]
    environment = {**os.environ, "KATA_SANDI": Apart.password}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            _, _, urls = process.stdout.readline().partition(": ")
            yield Apart(process, urls.split()[0])
        finally:
            process.kill()


@pytest.mark.slow
def test_frozen_camera_costs_the_other_no_frame_and_comes_back(
    lens: VirtualCamera, apart: Apart, register: Register, start: Start
) -> None:
    healthy, frozen = register(lens), register(apart)
    recorder = start()
    before = eventually(lambda: ready(frozen) and ready(healthy)) or []
    pids = recorder.supervisor.pids
    apart.process.send_signal(signal.SIGSTOP)
    time.sleep(15)  # stalled, and then a session that does not open, while health is told
    apart.process.send_signal(signal.SIGCONT)
    stalled = Gap.objects.filter(camera=frozen, cause="STALLED")
    eventually(lambda: stalled.filter(ended_at__isnull=False).first())
    eventually(lambda: closed_since(frozen, stalled.get()))
    assert recorder.supervisor.pids == pids
    segments = ready(healthy, len(before) + 6) or []
    counters = [stamp.counter for each in segments for stamp, _ in stamps(each)]
    assert len(counters) > 15 * 12
    assert counters == list(range(counters[0], counters[0] + len(counters)))
    assert not Gap.objects.filter(camera=healthy).exists()


def closed_since(camera: Camera, gap: Gap) -> bool:
    return any(
        each.started_at and each.started_at >= gap.started_at for each in ready(camera) or []
    )


class Turns(threading.Event):
    """Asked once a turn, between hearing and arranging: what `look` does happens just there."""

    def __init__(self, look: Callable[[], bool]) -> None:
        super().__init__()
        self._look = look

    def is_set(self) -> bool:
        return self._look()


@pytest.fixture
def supervisor(volume: Volume) -> Iterator[Supervisor]:
    """Together with a ledger that runs; to be run by the test."""
    ledger, stop = Ledger(volume.node), threading.Event()
    made = Supervisor(ledger)
    ledger.tell = made.want
    thread = threading.Thread(target=ledger.run, args=(stop,))
    thread.start()
    yield made
    stop.set()
    ledger.wake()
    thread.join()


def end_with_unread_orders(supervisor: Supervisor) -> None:
    """The first send to it then gives ECONNRESET, the next EPIPE."""
    (child,) = supervisor._crew
    os.kill(child.pid, signal.SIGSTOP)
    child.send(Unwatch(uuid4()))
    os.kill(child.pid, signal.SIGKILL)
    poll = select.poll()
    poll.register(child.fileno(), select.POLLERR)
    eventually(lambda: poll.poll(0))


@pytest.mark.slow
@pytest.mark.parametrize("full", [False, True], ids=["hands out", "stops for the disk"])
def test_media_process_that_dies_while_it_is_told_something_is_restarted(
    lens: VirtualCamera,
    register: Register,
    supervisor: Supervisor,
    volume: Volume,
    *,
    full: bool,
) -> None:
    camera = register(lens)
    until, killed = time.monotonic() + 30, list[int]()

    def look() -> bool:
        """Kills when the next step tells the process something; ends once that is repaired."""
        seat = supervisor._seats.get(camera.uuid)
        if killed:
            pids = supervisor.pids
            recovered = bool(pids and pids != killed and gap_over(camera))
            return recovered or full or time.monotonic() > until
        if seat and seat.phase is Phase.WATCHED and ready(camera) and len(seat.handed) < IN_HAND:
            killed.extend(supervisor.pids)
            end_with_unread_orders(supervisor)
            if full:
                seat.wanted.volume.reserve_bytes = 1 << 60
                supervisor._wanted[camera.uuid].volume.reserve_bytes = 1 << 60
        return time.monotonic() > until

    supervisor.run(Turns(look))
    assert killed
    gaps = Gap.objects.filter(camera=camera)
    eventually(gaps.exists)
    expected = ("DISK", "hampir penuh") if full else ("RESTART", "")
    for gap in gaps:
        assert gap.cause == expected[0]
        assert expected[1] in gap.detail


def gap_over(camera: Camera) -> bool:
    return Gap.objects.filter(camera=camera, cause="RESTART", ended_at__isnull=False).exists()


@pytest.mark.slow
def test_media_process_that_dies_again_and_again_ends_only_the_camera_that_it_is_about(
    lens: VirtualCamera, apart: Apart, register: Register, start: Start
) -> None:
    """Nobody knows which stream it was: after the third death each gets a process of its own."""
    cameras = [register(lens), register(apart)]
    recorder = start()
    eventually(lambda: all(map(ready, cameras)))
    for _ in range(3):
        (pid,) = eventually(lambda: recorder.supervisor.pids)
        os.kill(pid, signal.SIGKILL)
        eventually(partial(is_gone, pid, recorder))
    eventually(lambda: len(recorder.supervisor.pids) == len(cameras))
    moment = time.time()
    eventually(lambda: all(recorded_since(camera, moment) for camera in cameras))


def is_gone(pid: int, recorder: Recorder) -> bool:
    return pid not in recorder.supervisor.pids


def recorded_since(camera: Camera, moment: float) -> bool:
    return any(
        each.started_at and each.started_at.timestamp() > moment for each in ready(camera) or []
    )
