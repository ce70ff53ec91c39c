"""`recording-cpu-16` and `recording-pss-16`: our media process against 16 ffmpeg, side by side.

Ours encrypts and hashes; ffmpeg copies. Both record the same 16 streams of 1080p25 at the same
time from one server, into files on the same disk. CPU is user plus system time from /proc over the
same span, memory the proportional set size of all processes (smaps_rollup).
"""

from __future__ import annotations

import argparse
import contextlib
import json
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
from pathlib import Path

from devices.rtsp import Endpoint
from recordings.media.protocol import Closed, Prepared, Watch
from recordings.recorder.child import ROOT, Child

CAMERAS = 16
SEGMENT_S = 10.0
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
def loop_server(folder: Path) -> Iterator[int]:
    """The port of a server of 16 streams, in a process of its own."""
    command = [sys.executable, "-c", _SERVER, str(folder), str(CAMERAS)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None  # noqa: S101 - asked for above
        assert server.stdin is not None  # noqa: S101
        yield int(server.stdout.readline())
        server.stdin.close()


class Ours:
    """The media process, driven by as little as it needs: it gets files and tells what it did."""

    def __init__(self, folder: Path, port: int) -> None:
        self._folder = folder
        self._child = Child()
        self.closed: list[Closed] = []
        for index in range(CAMERAS):
            endpoint = Endpoint("127.0.0.1", port, f"/cam{index}")
            camera = uuid.UUID(int=index + 1)
            self._child.send(Watch(camera, endpoint.host, port, endpoint.target, "", "", SEGMENT_S))
            self._prepare(camera, 2)

    @property
    def pids(self) -> list[int]:
        return [self._child.pid]

    def pump(self, seconds: float) -> None:
        """Hears the process for so long, and gives a new file for each that it has closed."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if select.select([self._child], [], [], left)[0]:
                report = self._child.receive()
                if report is None:
                    raise RuntimeError("the media process ended")
                if isinstance(report, Closed):
                    self.closed.append(report)
                    self._prepare(report.camera, 1)

    def stop(self) -> None:
        self._child.kill()

    def _prepare(self, camera: uuid.UUID, count: int) -> None:
        for _ in range(count):
            segment = uuid.uuid4()
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            descriptor = os.open(self._folder / f"{segment}.part", flags, 0o600)
            try:
                order = Prepared(camera, segment, secrets.token_bytes(16))
                self._child.send(order, (descriptor,))
            finally:
                os.close(descriptor)


class Peer:
    """16 ffmpeg, each copying one stream into segments."""

    def __init__(self, folder: Path, port: int) -> None:
        program = shutil.which("ffmpeg")
        if program is None:
            raise SystemExit("Bench ini memerlukan ffmpeg: apt install ffmpeg")
        before = f"{program} -nostdin -loglevel error -rtsp_transport tcp -i".split()
        after = f"-c copy -f segment -segment_time {SEGMENT_S} -reset_timestamps 1".split()
        self._processes = [
            subprocess.Popen(
                [*before, f"rtsp://127.0.0.1:{port}/cam{i}", *after, folder / f"cam{i}-%03d.mp4"]
            )
            for i in range(CAMERAS)
        ]

    @property
    def pids(self) -> list[int]:
        return [process.pid for process in self._processes]

    def stop(self) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.wait()


def measure(seconds: float, folder: Path, loops: Path) -> tuple[Side, Side, int]:
    """Ours, the peer, and how many frames ours wrote in closed segments."""
    with ExitStack() as stack:
        port = stack.enter_context(loop_server(loops))
        for name in ("ours", "peer"):
            (folder / name).mkdir()
        ours = Ours(folder / "ours", port)
        stack.callback(ours.stop)
        peer = Peer(folder / "peer", port)
        stack.callback(peer.stop)
        ours.pump(5.0)  # start-up costs both sides, and is no part of recording
        sides = (ours.pids, peer.pids)
        before = [sum(map(cpu_seconds, pids)) for pids in sides]
        ours.pump(seconds)
        after = [sum(map(cpu_seconds, pids)) for pids in sides]
        memory = [sum(map(pss_bytes, pids)) for pids in sides]
    used = [Side(b - a, m) for a, b, m in zip(before, after, memory, strict=True)]
    return used[0], used[1], sum(each.frames for each in ours.closed)


def report(folder: Path, name: str, unit: str, ours: float, peer: float, **detail: object) -> float:
    ratio = ours / peer
    body = {
        "name": name,
        "unit": unit,
        "ours": round(ours, 3),
        "peer": round(peer, 3),
        "peer_name": "16 x ffmpeg -rtsp_transport tcp -c copy -f segment",
        "ratio": round(ratio, 3),
        "detail": detail,
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(body, indent=1) + "\n")
    sys.stdout.write(f"{name}: {ours:.2f} {unit}, ffmpeg {peer:.2f}, ratio {ratio:.2f}\n")
    return ratio


def main() -> int:
    """Exit status 1 when a ratio is above its limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--var", type=Path, default=ROOT / "var")
    given = parser.parse_args()
    loops = given.var / "bench" / "loops"
    loops.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="recording-", dir=given.var))
    try:
        ours, peer, frames = measure(given.seconds, folder, loops)
    finally:
        with contextlib.suppress(OSError):
            shutil.rmtree(folder)
    out = given.var / "bench"
    shared = {"cameras": CAMERAS, "seconds": given.seconds, "frames_in_closed_segments": frames}
    cpu = report(out, "recording-cpu-16", "s", ours.cpu, peer.cpu, **shared)
    megabyte = 1024 * 1024
    pss = report(out, "recording-pss-16", "MiB", ours.pss / megabyte, peer.pss / megabyte, **shared)
    return int(cpu > 0.8 or pss > 0.5)


if __name__ == "__main__":
    sys.exit(main())
