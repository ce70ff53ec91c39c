"""One camera's thread, with a camera on loopback."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from devices.rtsp import ErrorKind, RtspError
from devices.simulator import VirtualCamera
from recordings.media.protocol import Closed, Lost, Opened, Prepared, Unwatched, Watch
from recordings.media.watch import CameraWatch, Pause

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


def test_pictures_lost_on_the_way_are_a_gap_between_two_segments(tmp_path: Path) -> None:
    told: list[Report] = []
    with VirtualCamera("Lobi", gop_s=1.0) as lens:
        watch = CameraWatch(of(lens), told.append)
        for _ in range(3):
            give_file(watch, tmp_path)
        watch.start()
        until(told, Opened)
        lens.lose()
        time.sleep(3.0)
        lens.resume()
        until(told, Lost)
        time.sleep(1.5)
        watch.end()
        watch.join(5)
    (lost,) = (each for each in told if isinstance(each, Lost))
    before, after = (each for each in told if isinstance(each, Closed))
    assert (lost.cause, lost.detail[:14]) == ("STALLED", "Gambar dari ka")
    assert lost.since == pytest.approx(before.started_at + before.duration_s, abs=0.1)
    assert 2.0 < after.started_at - lost.since < 6.0
    assert told.index(before) < told.index(lost) < told.index(after)
    assert watch.health().lost_packets > 0


def error(kind: ErrorKind) -> RtspError:
    return RtspError(kind, "kalimat")


def test_tries_are_spread_and_ever_rarer_up_to_a_minute() -> None:
    pause = Pause()
    waits = [pause.after(error(ErrorKind.UNREACHABLE), lasted=0.0) for _ in range(9)]
    for wait, most in zip(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60], strict=True):
        assert 0.7 * most <= wait <= most
    assert pause.after(error(ErrorKind.CLOSED), lasted=31.0) <= 1.0


def test_refused_password_is_tried_again_after_five_minutes() -> None:
    assert Pause().after(error(ErrorKind.AUTH), lasted=0.0) == 300.0


def test_jump_of_a_clock_costs_no_wait_unless_it_is_all_that_happens() -> None:
    pause = Pause()
    assert pause.after(error(ErrorKind.CLOCK_JUMP), lasted=5.0) == 0.0
    assert pause.after(error(ErrorKind.CLOCK_JUMP), lasted=0.1) > 0.0
