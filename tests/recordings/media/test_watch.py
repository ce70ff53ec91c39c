"""One camera's thread, with a camera on loopback."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING
from uuid import uuid4

from devices.simulator import VirtualCamera
from recordings.media.protocol import Lost, Opened, Prepared, Unwatched, Watch
from recordings.media.watch import CameraWatch

if TYPE_CHECKING:
    from pathlib import Path

    from recordings.media.protocol import Report


def of(lens: VirtualCamera) -> Watch:
    place = lens.endpoint
    name, word = place.username, place.password
    return Watch(uuid4(), place.host, place.port, place.target, name, word, 60.0)


def give_file(watch: CameraWatch, folder: Path) -> None:
    segment = uuid4()
    descriptor = os.open(folder / str(segment), os.O_CREAT | os.O_WRONLY, 0o600)
    watch.blanks.add(Prepared(watch.camera, segment, bytes(range(16))), descriptor)


def until(told: list[Report], kind: type[Report]) -> None:
    deadline = time.monotonic() + 10
    while not any(isinstance(each, kind) for each in told):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_health_is_told_while_a_session_is_being_opened(tmp_path: Path) -> None:
    told: list[Report] = []
    with VirtualCamera("Lobi", gop_s=1.0) as lens:
        watch = CameraWatch(of(lens), told.append)
        for _ in range(2):
            give_file(watch, tmp_path)
        watch.start()
        until(told, Opened)
        lens.silent()
        lens.close_clients()
        until(told, Lost)
        for _ in range(15):  # it tries again after a second, and then waits for an answer
            assert watch.health().frames > 0
            time.sleep(0.1)
        watch.end()
        watch.join(5)
    assert isinstance(told[-1], Unwatched)


def test_unforeseen_error_is_a_gap_and_the_last_word_follows(tmp_path: Path) -> None:
    told: list[Report] = []

    def tell(report: Report) -> None:
        told.append(report)
        if type(report) is Opened:
            raise RuntimeError("nobody thought of this")

    with VirtualCamera("Lobi", gop_s=1.0) as lens:
        watch = CameraWatch(of(lens), tell)
        give_file(watch, tmp_path)
        watch.start()
        until(told, Lost)
        watch.end()
        watch.join(5)
    (lost,) = (each for each in told if isinstance(each, Lost))
    assert (lost.cause, lost.detail) == ("NOT_VIDEO", "Gambar dari kamera tidak dapat direkam.")
    assert isinstance(told[-1], Unwatched)
