"""Cameras that hang, close, drip and flood at each step of a session (recording.md 3)."""

from __future__ import annotations

import os
import resource
import socket
import struct
import threading
import time
from typing import TYPE_CHECKING, Any, Final

from devices.rtsp import RtspError, Session
from tests.devices.rtsp import samples
from tests.devices.rtsp.peer import Asked, Camera, Line, running

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.stage import Stage

STEPS: Final = ("OPTIONS", "DESCRIBE", "SETUP", "PLAY", "stream")
_PATIENCE: Final = 1.0
# Beyond its own deadline a session may take this long to say so on a busy machine.
_GRACE: Final = 4.0
_MOST_GROWTH: Final = 64 << 10  # KiB of peak memory for all sessions together
_AT_ONCE: Final = 5


def _hang(line: Line) -> None:
    line.wait()


def _close(line: Line) -> None:
    line.sock.shutdown(socket.SHUT_RDWR)


def _reset(line: Line) -> None:
    line.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.sock.close()


def _drip(line: Line) -> None:
    for each in b"RTSP/1.0 200 OK\r\nX: " + b"y" * 10_000:
        line.send(bytes([each]))
        time.sleep(0.02)


def _flood_headers(line: Line) -> None:
    line.send(b"RTSP/1.0 200 OK\r\n")
    while True:
        line.send(b"X-Panjang: " + b"z" * 60_000)


def _flood_frames(line: Line) -> None:
    block = samples.interleave(os.urandom(60_000), 9) * 4
    while True:
        line.send(block)


def _flood_video(line: Line) -> None:
    """Packets of one picture that never ends."""
    fragment = samples.interleave(b"\x80\x60" + os.urandom(10) + b"\x7c\x05" + bytes(1400))
    while True:
        line.send(fragment * 40)


FAULTS: Final[dict[str, Callable[[Line], None]]] = {
    "hang": _hang,
    "close": _close,
    "reset": _reset,
    "drip": _drip,
    "flood headers": _flood_headers,
    "flood frames": _flood_frames,
    "flood video": _flood_video,
}


class Cameras:
    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def run(self) -> None:
        told = self._stage.run(_all).told
        tally = self._stage.tally
        for name in told["tried"]:
            tally.tried[f"camera.{name}"] += 1
        tally.look("camera", told)


def _all() -> dict[str, Any]:
    """Every fault at every step, some at a time; then what they left behind."""
    places = [(fault, step) for fault in FAULTS for step in STEPS]
    before = _descriptors(), _peak()
    wrong: list[str] = []
    gate = threading.Semaphore(_AT_ONCE)

    def one(fault: str, step: str) -> None:
        with gate:
            wrong.extend(_session(fault, step))

    threads = [threading.Thread(target=one, args=place) for place in places]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if _descriptors() > before[0]:
        wrong.append(f"{_descriptors() - before[0]} descriptors are left open")
    if _peak() - before[1] > _MOST_GROWTH:
        wrong.append(f"memory grew by {_peak() - before[1]} KiB")
    checked = {"camera sessions ended in time": len(places), "descriptors and memory": 2}
    return {"wrong": wrong, "checked": checked, "tried": [fault for fault, _ in places]}


def _session(fault: str, step: str) -> list[str]:
    """Has to end with our own error, in its own time."""
    misbehave = FAULTS[fault]

    def act(line: Line, asked: Asked) -> None:
        del asked
        misbehave(line)

    camera = Camera(stream=misbehave) if step == "stream" else Camera(acts={step: act})
    began, name = time.monotonic(), f"{fault} at {step}"
    with running(camera):
        session = Session(
            camera.endpoint,
            open_timeout=_PATIENCE,
            stall_timeout=_PATIENCE,
            keyframe_timeout=2 * _PATIENCE,
        )
        try:
            with session:
                for _ in session.units():
                    pass
        except RtspError:
            pass
        except Exception as error:  # noqa: BLE001 - whatever else it is, it is told
            return [f"{name}: {type(error).__name__}: {error}"]
        else:
            return [f"{name}: the session ended without an error"]
        finally:
            took = time.monotonic() - began
    return [f"{name}: took {took:.1f} s"] if took > 3 * _PATIENCE + _GRACE else []


def _descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - only how many


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
