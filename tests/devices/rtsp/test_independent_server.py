"""Our client against an RTSP server that we did not write: gst-rtsp-server, live encoders.

Client and virtual camera are of one hand and could share a misreading. This server knows neither.
It wants Debian's packages (see `_MISSING`) and Debian's own Python; without them this is skipped.
Twenty seconds by default; `INDEPENDENT_SECONDS=600 pytest -s` is the long form.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from devices.rtsp import Endpoint, RtspError, Session, Stats
from recordings.media import reader
from recordings.media.protocol import Closed, Lost, Prepared, Report
from recordings.media.tape import Blanks, Tape

pytestmark = pytest.mark.slow

SECONDS = float(os.environ.get("INDEPENDENT_SECONDS", "20"))
SEGMENT_S = 10.0 if SECONDS < 120 else 60.0
FPS, TICKS = 15, 90_000
# Pictures of an open group that are shown before its keyframe and need the segment before.
LEADING = {"h264": 0, "h265": 0, "h264-b": 0, "h265-b": 3}
PYTHON = "/usr/bin/python3"
_MISSING = (
    "needs Debian's python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-base"
    " gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly"
)

# A keyframe every two seconds. The last one leaves x265 its own ways: open groups of pictures.
_SERVER = """
import sys
import gi
gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer

Gst.init(None)
X264 = "x264enc speed-preset=superfast key-int-max=30 threads=1 bitrate=300 "
X265 = "x265enc speed-preset=ultrafast key-int-max=30 bitrate=300 option-string="
PAY = "rtph26{}pay name=pay0 pt=96 config-interval=1"
STREAMS = {
    "h264": X264 + "tune=zerolatency ! " + PAY.format(4),
    "h265": X265 + "bframes=0:open-gop=0:pools=1:frame-threads=1 ! " + PAY.format(5),
    "h264-b": X264 + "bframes=3 b-adapt=false b-pyramid=true rc-lookahead=5"
    " ! video/x-h264,profile=main ! " + PAY.format(4),
    "h265-b": X265 + "bframes=3:b-adapt=0:pools=1:frame-threads=1:rc-lookahead=5 ! "
    + PAY.format(5),
}
PICTURE = (
    "( videotestsrc is-live=true pattern=ball"
    " ! video/x-raw,format=I420,width=320,height=240,framerate=15/1 ! "
)
needed = "videotestsrc x264enc x265enc rtph264pay rtph265pay".split()
missing = [name for name in needed if Gst.ElementFactory.find(name) is None]
if missing:
    sys.exit("missing: " + " ".join(missing))
if "--check" in sys.argv:
    sys.exit(0)

server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service("0")
auth = GstRtspServer.RTSPAuth()
auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
token = GstRtspServer.RTSPToken()
token.set_string("media.factory.role", "viewer")
auth.add_digest("petugas", sys.stdin.readline().strip(), token)
server.set_auth(auth)
permissions = GstRtspServer.RTSPPermissions()
permissions.add_permission_for_role("viewer", "media.factory.access", True)
permissions.add_permission_for_role("viewer", "media.factory.construct", True)
for name, coded in STREAMS.items():
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(PICTURE + coded + " )")
    factory.set_shared(True)
    factory.set_permissions(permissions)
    server.get_mount_points().add_factory("/" + name, factory)
server.attach(None)
pool = server.get_session_pool()
GLib.timeout_add_seconds(2, lambda: pool.cleanup() >= 0)
print(server.get_bound_port(), flush=True)
loop = GLib.MainLoop()
GLib.io_add_watch(sys.stdin, GLib.IO_HUP, lambda *_: loop.quit())
loop.run()
"""


@dataclass(slots=True)
class Seen:
    """What arrived of one stream, and what the tape told."""

    folder: Path
    pts: list[int] = field(default_factory=list)
    dts: list[int] = field(default_factory=list)
    arrived: list[float] = field(default_factory=list)
    lost_s: float = 0.0
    stats: Stats = field(default_factory=Stats)
    told: list[Report] = field(default_factory=list)
    keys: dict[UUID, bytes] = field(default_factory=dict)
    error: str = ""

    @property
    def closed(self) -> list[Closed]:
        return [each for each in self.told if isinstance(each, Closed)]


def installed() -> bool:
    if not Path(PYTHON).exists():
        return False
    check = subprocess.run(
        [PYTHON, "-c", _SERVER, "--check"], check=False, capture_output=True, timeout=60
    )
    return check.returncode == 0


@contextmanager
def serving(password: str) -> Iterator[int]:
    with subprocess.Popen(
        [PYTHON, "-c", _SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        try:
            server.stdin.write(password + "\n")
            server.stdin.flush()
            yield int(server.stdout.readline())
        finally:
            server.kill()


def watch(endpoint: Endpoint, seen: Seen) -> None:
    """Record a stream as the media process does."""
    blanks = Blanks()
    for _ in range(int(SECONDS / SEGMENT_S) + 3):
        segment, key = uuid4(), secrets.token_bytes(16)
        seen.keys[segment] = key
        sink = os.open(seen.folder / str(segment), os.O_CREAT | os.O_WRONLY, 0o600)
        blanks.add(Prepared(UUID(int=1), segment, key), sink)
    tape = Tape(UUID(int=1), SEGMENT_S, blanks, seen.told.append)
    tape.begin()
    try:
        with Session(endpoint, open_timeout=20.0) as session:
            seen.stats = session.stats
            until = time.monotonic() + SECONDS
            for unit in session.units():
                tape.add(unit, session.track)
                seen.pts.append(unit.pts)
                seen.dts.append(unit.dts)
                seen.arrived.append(unit.arrived_at)
                seen.lost_s += unit.lost_s
                if time.monotonic() > until:
                    break
        tape.finish()
    except RtspError as error:
        seen.error = f"{error.kind}: {error}"
    finally:
        blanks.shut()


@pytest.fixture(scope="module")
def streams(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Seen]:
    """All of them, watched side by side."""
    if not installed():
        pytest.skip(_MISSING)
    password = secrets.token_urlsafe(12)
    seen = {name: Seen(tmp_path_factory.mktemp(name)) for name in LEADING}
    with serving(password) as port:
        threads = [
            threading.Thread(
                target=watch,
                args=(Endpoint("127.0.0.1", port, f"/{name}", "petugas", password), each),
            )
            for name, each in seen.items()
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return seen


@pytest.mark.parametrize("name", LEADING)
def test_every_picture_of_a_foreign_server_is_recorded(streams: dict[str, Seen], name: str) -> None:
    seen = streams[name]
    print(  # noqa: T201 - what the long form is run for
        f"\n{name}: {len(seen.pts)} pictures in {seen.arrived[-1] - seen.arrived[0]:.1f} s,"
        f" {len(seen.closed)} segments; {seen.stats}; {seen.error or 'no error'}"
    )
    assert seen.error == ""
    assert (seen.lost_s, seen.stats.lost_packets, seen.stats.dropped_units) == (0, 0, 0)
    assert not any(isinstance(each, Lost) for each in seen.told)
    shown = sorted(seen.pts)[: -FPS // 2]  # with B-frames the last have not all come
    assert {round((b - a) * FPS / TICKS) for a, b in pairwise(shown)} == {1}
    assert all(a < b for a, b in pairwise(seen.dts))
    assert all(dts <= pts for dts, pts in zip(seen.dts, seen.pts, strict=True))
    assert any(dts < pts for dts, pts in zip(seen.dts, seen.pts, strict=True)) is ("-b" in name)
    assert len(seen.pts) == pytest.approx(SECONDS * FPS, abs=3 * FPS)


@pytest.mark.parametrize("name", LEADING)
def test_segments_of_a_foreign_server_open(streams: dict[str, Seen], name: str) -> None:
    seen = streams[name]
    assert len(seen.closed) >= SECONDS / SEGMENT_S - 1
    assert sum(each.frames for each in seen.closed) == len(seen.pts)
    for each in seen.closed:
        path, key = seen.folder / str(each.segment), seen.keys[each.segment]
        reader.verify(path, each.sha256)
        decoded = sum(1 for _ in reader.frames(path, key))
        assert each.frames - LEADING[name] <= decoded <= each.frames
    for before, after in pairwise(seen.closed):
        apart = after.started_at - before.started_at - before.duration_s
        assert -0.05 < apart < 0.05 + LEADING[name] / FPS
