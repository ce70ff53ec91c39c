"""What cameras do wrong becomes a gap with its cause, and ends when footage is back."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from devices.models import Camera
from devices.services.cameras import remove_camera
from recordings.models import Gap, RecordingPlan
from tests.factories.accounts import officer
from tests.recordings.recorder.watching import eventually, ready

if TYPE_CHECKING:
    from collections.abc import Callable

    from devices.simulator import VirtualCamera
    from tests.recordings.recorder.conftest import Register, Start


def gap_of(camera: Camera, cause: str, *, over: bool = False) -> Gap | None:
    return Gap.objects.filter(camera=camera, cause=cause, ended_at__isnull=not over).first()


def fall_silent(lens: VirtualCamera) -> None:
    lens.silent()
    lens.close_clients()


FAULTS: dict[str, Callable[[VirtualCamera], None]] = {
    "STALLED": lambda lens: lens.stall(),
    "OFFLINE": fall_silent,
    "CLOCK_JUMP": lambda lens: lens.jump(3600),
}


@pytest.mark.slow
@pytest.mark.parametrize("cause", list(FAULTS))
def test_fault_of_the_camera_is_booked_and_recording_returns(
    cause: str, lens: VirtualCamera, register: Register, start: Start
) -> None:
    camera = register(lens)
    start()
    before = eventually(lambda: ready(camera))
    FAULTS[cause](lens)
    gap = eventually(lambda: gap_of(camera, cause) or gap_of(camera, cause, over=True))
    lens.resume()
    eventually(lambda: gap_of(camera, cause, over=True))
    again = eventually(lambda: ready(camera, len(before) + 2))
    gap.refresh_from_db()
    ends = [each.ended_at for each in again if each.ended_at and each.ended_at <= gap.started_at]
    assert abs((gap.started_at - max(ends)).total_seconds()) < 0.2


def test_refused_password_is_booked_without_the_password(
    lens: VirtualCamera, register: Register, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    lens.refuse_auth()
    camera = register(lens)
    start()
    gap = eventually(lambda: gap_of(camera, "AUTH"))
    assert gap.detail
    assert lens.password not in gap.detail + caplog.text


def test_corrected_password_is_tried_at_once(
    lens: VirtualCamera, register: Register, start: Start
) -> None:
    camera = register(lens)
    device = camera.device
    device.password = "salah-sekali"
    device.save()
    start()
    eventually(lambda: gap_of(camera, "AUTH"))
    device.password = lens.password
    device.save()
    assert eventually(lambda: ready(camera), 10)
    assert gap_of(camera, "AUTH", over=True)


def test_switched_off_camera_is_a_planned_gap_until_it_is_on_again(
    lens: VirtualCamera, register: Register, start: Start
) -> None:
    camera = register(lens)
    start()
    before = eventually(lambda: ready(camera))
    Camera.objects.filter(pk=camera.pk).update(enabled=False)
    eventually(lambda: gap_of(camera, "PLANNED"), 10)
    eventually(lambda: RecordingPlan.objects.filter(camera=camera, owner="").first())
    Camera.objects.filter(pk=camera.pk).update(enabled=True)
    # Taken up within ten seconds, then opened and seen: the first picture ends the gap.
    eventually(lambda: gap_of(camera, "PLANNED", over=True))
    assert eventually(lambda: ready(camera, len(before) + 2))


def test_camera_switched_off_keeps_its_gap_when_the_last_news_come_late(
    lens: VirtualCamera, register: Register, start: Start
) -> None:
    camera = register(lens)
    recorder = start()
    eventually(lambda: ready(camera))
    (media,) = recorder.supervisor.pids
    os.kill(media, signal.SIGSTOP)
    Camera.objects.filter(pk=camera.pk).update(enabled=False)
    eventually(lambda: gap_of(camera, "PLANNED"))
    os.kill(media, signal.SIGCONT)
    eventually(lambda: not recorder.supervisor.pids)
    gap = eventually(lambda: gap_of(camera, "PLANNED"))
    last = eventually(lambda: ready(camera))[-1].ended_at
    assert last is not None
    assert abs((gap.started_at - last).total_seconds()) < 3


def test_removed_camera_stops_and_has_no_open_gap(
    lens: VirtualCamera, register: Register, start: Start
) -> None:
    camera = register(lens)
    recorder = start()
    eventually(lambda: ready(camera))
    remove_camera(camera, by=officer())
    eventually(lambda: not recorder.supervisor.pids, 10)
    assert not Gap.objects.filter(camera=camera, ended_at=None).exists()
