"""`recording-cpu-16`, `recording-pss-16`, the same with 32: media processes against as many ffmpeg.

Ours encrypts and hashes, sixteen cameras a process; ffmpeg copies, one a process. Both record the
same streams of 1080p25 at the same time from one server, into files on the same disk. CPU is user
plus system time from /proc over the same span, memory the proportional set size of all processes
(smaps_rollup). `recording-growth` is what one stream more costs in memory, from 16 to 32.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import secrets
import select
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Final

from benches.report import FOLDER, ROOT, Result, load
from recordings.media.protocol import Closed, Prepared, Watch
from recordings.recorder.child import Child

A_PROCESS: Final = 16
SEGMENT_S: Final = 10.0
MOST_CPU: Final = 0.8
MOST_PSS: Final = 0.5
_MIB: Final = 1024 * 1024
_FPS: Final = 25
_START_S: Final = 0.35  # a camera
_TICKS = os.sysconf("SC_CLK_TCK")
_SERVER = """
import sys, time
from pathlib import Path
from devices.simulator import LoopServer, make_loop
with LoopServer(make_loop(Path(sys.argv[1])), paths=int(sys.argv[2])) as server:
    print(server.port, flush=True)
    sys.stdin.read()
"""


@dataclass(frozen=True, slots=True)
class Side:
    """What one side used: CPU seconds, and bytes of memory."""

    cpu: float
    pss: int


def cpu_seconds(pid: int) -> float:
    """User plus system time of a process and its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def pss_bytes(pid: int) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("this kernel tells no PSS")


@contextmanager
def loop_server(folder: Path, streams: int) -> Iterator[int]:
    """The port of a server of so many streams, in a process of its own."""
    command = [sys.executable, "-c", _SERVER, str(folder), str(streams)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None  # noqa: S101 - asked for above
        assert server.stdin is not None  # noqa: S101
        yield int(server.stdout.readline())
        server.stdin.close()


class Ours:
    """Media processes, driven by as little as they need: they get files and tell what they did."""

    def __init__(self, folder: Path, port: int, streams: int) -> None:
        self._folder = folder
        self._children = [Child() for _ in range(ceil(streams / A_PROCESS))]
        self.closed: list[Closed] = []
        for index in range(streams):
            child = self._children[index // A_PROCESS]
            camera, target = uuid.UUID(int=index + 1), f"/cam{index}"
            child.send(Watch(camera, "127.0.0.1", port, target, "", "", SEGMENT_S))
            self._prepare(child, camera, 2)

    @property
    def pids(self) -> list[int]:
        return [child.pid for child in self._children]

    def pump(self, seconds: float) -> None:
        """Hears the processes for so long, and gives a new file for each that was closed."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            for child in select.select(self._children, [], [], left)[0]:
                report = child.receive()
                if report is None:
                    raise RuntimeError("a media process ended")
                if isinstance(report, Closed):
                    self.closed.append(report)
                    self._prepare(child, report.camera, 1)

    def stop(self) -> None:
        for child in self._children:
            child.kill()

    def _prepare(self, child: Child, camera: uuid.UUID, count: int) -> None:
        for _ in range(count):
            segment = uuid.uuid4()
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            descriptor = os.open(self._folder / f"{segment}.part", flags, 0o600)
            try:
                order = Prepared(camera, segment, secrets.token_bytes(16))
                child.send(order, (descriptor,))
            finally:
                os.close(descriptor)


class Peer:
    """As many ffmpeg, each copying one stream into segments."""

    def __init__(self, folder: Path, port: int, streams: int) -> None:
        program = shutil.which("ffmpeg")
        if program is None:
            raise SystemExit("Bench ini memerlukan ffmpeg: apt install ffmpeg")
        before = f"{program} -nostdin -loglevel error -rtsp_transport tcp -i".split()
        after = f"-c copy -f segment -segment_time {SEGMENT_S} -reset_timestamps 1".split()
        self._processes = [
            subprocess.Popen(
                [*before, f"rtsp://127.0.0.1:{port}/cam{i}", *after, folder / f"cam{i}-%03d.mp4"]
            )
            for i in range(streams)
        ]

    @property
    def pids(self) -> list[int]:
        return [process.pid for process in self._processes]

    def stop(self) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.wait()


def measure(seconds: float, folder: Path, loops: Path, streams: int) -> tuple[Side, Side, int]:
    """Ours, the peer, and how many frames ours wrote in closed segments."""
    with ExitStack() as stack:
        port = stack.enter_context(loop_server(loops, streams))
        for name in ("ours", "peer"):
            (folder / name).mkdir(parents=True)
        ours = Ours(folder / "ours", port, streams)
        stack.callback(ours.stop)
        peer = Peer(folder / "peer", port, streams)
        stack.callback(peer.stop)
        ours.pump(_START_S * streams)  # costs both sides, and is no part of recording
        sides = (ours.pids, peer.pids)
        before = [sum(map(cpu_seconds, pids)) for pids in sides]
        ours.pump(seconds)
        after = [sum(map(cpu_seconds, pids)) for pids in sides]
        memory = [sum(map(pss_bytes, pids)) for pids in sides]
    frames = sum(each.frames for each in ours.closed)
    if frames < streams * seconds * _FPS / 2:
        raise SystemExit(f"{frames} frames of {streams} cameras: this machine is too busy to tell")
    used = [Side(b - a, m) for a, b, m in zip(before, after, memory, strict=True)]
    return used[0], used[1], frames


def told(streams: int, seconds: float, measured: tuple[Side, Side, int]) -> int:
    """Writes what was measured with so many streams; 1 when it is more than we allow."""
    ours, peer, frames = measured
    name = f"{streams} x ffmpeg -rtsp_transport tcp -c copy -f segment"
    facts = {"streams": streams, "seconds": seconds, "frames": frames, "load": load()}
    cpu = Result(
        f"recording-cpu-{streams}", "s", ours.cpu, peer.cpu, name, most=MOST_CPU, detail=facts
    )
    pss = Result(
        f"recording-pss-{streams}",
        "MiB",
        ours.pss / _MIB,
        peer.pss / _MIB,
        name,
        most=MOST_PSS,
        detail=facts,
    )
    return cpu.write() | pss.write()


def growth(fewer: int, more: int, sides: dict[int, tuple[Side, Side, int]]) -> int:
    """Writes what each stream adds."""
    (ours, peer, _), (ours_then, peer_then, _) = sides[fewer], sides[more]
    streams = (more - fewer) * _MIB
    return Result(
        "recording-growth",
        "MiB/stream",
        (ours_then.pss - ours.pss) / streams,
        (peer_then.pss - peer.pss) / streams,
        "one more ffmpeg",
        most=MOST_PSS,
        detail={"from": fewer, "to": more},
    ).write()


def main() -> int:
    """Exit status 1 when a ratio is above its limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--streams", type=int, nargs="+", default=[16])
    given = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="recording-", dir=FOLDER.parent))
    failed, sides = 0, {}
    try:
        for streams in given.streams:
            sides[streams] = measure(given.seconds, folder / str(streams), FOLDER, streams)
            failed |= told(streams, given.seconds, sides[streams])
    finally:
        with contextlib.suppress(OSError):
            shutil.rmtree(folder)
    if len(sides) > 1:
        failed |= growth(min(sides), max(sides), sides)
    return failed


if __name__ == "__main__":
    sys.exit(main())
