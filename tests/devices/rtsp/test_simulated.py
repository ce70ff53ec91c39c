"""The client against the virtual camera: an independent reading of the same standards."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import av
import pytest

from devices.rtsp import AccessUnit, Endpoint, ErrorKind, RtspError, Session, probe
from devices.simulator import VirtualCamera
from tests.template import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def camera() -> Iterator[VirtualCamera]:
    with VirtualCamera(onvif_port=0, fps=12.5, gop_s=1.0) as running:
        yield running


def endpoint_of(camera: VirtualCamera) -> Endpoint:
    return Endpoint.parse(camera.rtsp_login_url)


def encode(path: Path, codec: Literal["libx264", "libx265"], bframes: int) -> Path:
    """Two seconds of moving bars in groups of one second."""
    parameters = f"keyint=25:min-keyint=25:scenecut=0:bframes={bframes}:open-gop=0"
    quiet = ":log-level=none:pools=none" if codec == "libx265" else ""
    options = {"preset": "ultrafast", f"x{codec[-3:]}-params": parameters + quiet}
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream(codec, rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        frame = av.VideoFrame(320, 240, "yuv420p")
        for number in range(50):
            frame.pts = number
            for plane in frame.planes:
                bar = bytes((x + 5 * number) % 256 for x in range(plane.line_size))
                plane.update(bar * plane.height)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def decoded(units: list[AccessUnit], codec: Literal["h264", "hevc"]) -> int:
    decoder = av.CodecContext.create(codec, "r")
    assert isinstance(decoder, av.VideoCodecContext)
    packets = [av.Packet(unit.data) for unit in units]
    return sum(len(decoder.decode(packet)) for packet in [*packets, None])


def test_probe_tells_what_the_camera_sends(camera: VirtualCamera) -> None:
    found = probe(endpoint_of(camera))
    assert (found.codec, found.width, found.height) == ("h264", 640, 360)
    assert found.fps == pytest.approx(12.5, abs=0.3)
    assert found.keyframe_interval_s == pytest.approx(1.0, abs=0.1)
    assert found.clock_error_s == pytest.approx(0.0, abs=0.2)


@pytest.mark.parametrize("bframes", [0, 3])
@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_every_picture_of_a_file_arrives(
    codec: Literal["libx264", "libx265"], bframes: int, tmp_path: Path
) -> None:
    source = encode(tmp_path / "loop.mp4", codec, bframes)
    with VirtualCamera(source=source) as camera, Session(endpoint_of(camera)) as session:
        units = [unit for unit, _ in zip(session.units(), range(60), strict=False)]
        assert session.stats.dropped_units == 0
    assert units[0].keyframe
    assert decoded(units, "h264" if codec == "libx264" else "hevc") == 60
    assert all(a.dts < b.dts and a.dts <= a.pts for a, b in pairwise(units))
    shown = sorted(unit.pts for unit in units)
    assert {round((b - a) / 3600) for a, b in pairwise(shown[:-6])} == {1}
    assert any(unit.pts != unit.dts for unit in units) is (bframes > 0)


def test_arrival_is_not_later_than_the_nap(camera: VirtualCamera) -> None:
    with Session(endpoint_of(camera)) as session:
        units = [unit for unit, _ in zip(session.units(), range(40), strict=False)][5:]
    late = [unit.arrived_at - (unit.camera_time or 0) for unit in units]
    assert sorted(late)[len(late) // 2] - min(late) < 0.06


def test_wrong_password_is_refused(camera: VirtualCamera) -> None:
    right = endpoint_of(camera)
    wrong = Endpoint(right.host, right.port, right.target, right.username, "keliru")
    with pytest.raises(RtspError) as caught, Session(wrong):
        pass
    assert caught.value.kind is ErrorKind.AUTH


def watch_until_fault(camera: VirtualCamera, fault: str) -> None:
    with Session(endpoint_of(camera), stall_timeout=1.0) as session:
        for number, _ in enumerate(session.units()):
            assert number < 60, "the fault went unnoticed"
            if number == 10:
                camera.stall() if fault == "stall" else camera.jump(3600)


@pytest.mark.parametrize(
    ("fault", "kind"), [("stall", ErrorKind.STALLED), ("jump", ErrorKind.CLOCK_JUMP)]
)
def test_fault_in_the_middle_is_noticed(fault: str, kind: ErrorKind) -> None:
    with VirtualCamera() as camera, pytest.raises(RtspError) as caught:
        watch_until_fault(camera, fault)
    assert caught.value.kind is kind


@pytest.mark.parametrize("method", ["OPTIONS", "DESCRIBE", "SETUP", "PLAY"])
def test_camera_that_hangs_at_a_step_is_given_up(method: str) -> None:
    with VirtualCamera() as camera:
        camera.hang(method)
        started = time.monotonic()
        with pytest.raises(RtspError) as caught, Session(endpoint_of(camera), open_timeout=0.5):
            pass
        assert time.monotonic() - started < 2.5
    assert caught.value.kind is ErrorKind.TIMEOUT


def test_camera_that_drips_is_given_up() -> None:
    with VirtualCamera() as camera:
        camera.drip()
        with pytest.raises(RtspError) as caught, Session(endpoint_of(camera), open_timeout=1.0):
            pass
    assert caught.value.kind is ErrorKind.TIMEOUT


def test_camera_that_floods_costs_neither_pictures_nor_much_time() -> None:
    with VirtualCamera(gop_s=0.4) as camera, Session(endpoint_of(camera)) as session:
        units = session.units()
        next(units)
        camera.flood()
        before = time.thread_time()
        later = [next(units) for _ in range(25)]
        assert time.thread_time() - before < 1.0
    assert all(a.dts < b.dts for a, b in pairwise(later))


def test_lost_packets_are_told_with_the_time_that_they_cost() -> None:
    with VirtualCamera(gop_s=1.0) as camera, Session(endpoint_of(camera)) as session:
        units = session.units()
        last = [next(units) for _ in range(5)][-1]
        camera.lose()
        threading.Timer(1.2, camera.resume).start()
        for unit in units:
            if unit.lost_s:
                break
            last = unit
        assert unit.keyframe
        assert unit.lost_s == pytest.approx((unit.pts - last.pts) / 90_000)
        assert 1.0 < unit.lost_s < 4.0
        assert session.stats.lost_packets > 0


_WATCH = """
import sys
from devices.rtsp import Endpoint, RtspError, Session
with Session(Endpoint.parse(sys.argv[1]), stall_timeout=0.5) as session:
    try:
        for unit in session.units():
            print(unit.arrived_at, flush=True)
    except RtspError as error:
        print(error.kind, flush=True)
"""


def test_a_client_that_was_stopped_takes_nothing_of_what_lay_there_meanwhile(
    camera: VirtualCamera,
) -> None:
    """A woken recorder has lost its cameras: it must not begin anything before it knows."""
    command = [sys.executable, "-c", _WATCH, camera.rtsp_login_url]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as client:
        assert client.stdout is not None
        client.stdout.readline()
        client.send_signal(signal.SIGSTOP)
        time.sleep(2.5)
        woken = time.time()
        client.send_signal(signal.SIGCONT)
        stop = threading.Timer(10, client.kill)  # one that goes on would go on for ever
        stop.start()
        *arrivals, end = client.stdout.read().split()
        stop.cancel()
    assert end == ErrorKind.STALLED
    assert all(float(arrived) < woken for arrived in arrivals)
