"""A disk that is not there, is another one, or is full: nothing is written, and the gap says so."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

from recordings.models import Gap, Segment, Volume
from recordings.recorder.disks import Disks
from recordings.services.volumes import MARKER
from tests.recordings.recorder.watching import eventually, ready

if TYPE_CHECKING:
    from devices.simulator import VirtualCamera
    from tests.recordings.recorder.conftest import Register, Start

PLENTY = 1 << 60


def test_volume_without_its_marker_is_not_written(
    lens: VirtualCamera, register: Register, start: Start, volume: Volume
) -> None:
    marker = Path(volume.path) / MARKER
    saved = marker.read_bytes()
    marker.unlink()
    camera = register(lens)
    start()
    gap = eventually(lambda: Gap.objects.filter(camera=camera, cause="DISK").first())
    assert "tidak terpasang" in gap.detail
    assert list(Path(volume.path).iterdir()) == []
    marker.write_bytes(saved)
    assert eventually(lambda: ready(camera))
    gap.refresh_from_db()
    assert gap.ended_at is not None


def test_what_the_system_says_of_a_disk_stays_out_of_the_books(
    lens: VirtualCamera, register: Register, start: Start, volume: Volume
) -> None:
    camera = register(lens)
    in_the_way = Path(volume.path) / str(camera.uuid)
    in_the_way.touch()
    start()
    gap = eventually(lambda: Gap.objects.filter(camera=camera, cause="DISK").first())
    assert gap.detail == "Media simpan tidak dapat ditulis."
    in_the_way.unlink()
    assert eventually(lambda: ready(camera))


def test_reserve_reached_stops_recording_and_keeps_what_there_is(
    lens: VirtualCamera, register: Register, start: Start, volume: Volume
) -> None:
    camera = register(lens)
    start()
    kept = eventually(lambda: ready(camera))
    Volume.objects.filter(pk=volume.pk).update(reserve_bytes=PLENTY)
    gap = eventually(lambda: Gap.objects.filter(camera=camera, cause="DISK").first())
    assert "hampir penuh" in gap.detail
    eventually(lambda: not Segment.objects.filter(camera=camera, state="OPEN").exists())
    assert set(kept) <= set(ready(camera) or [])


def test_camera_stopped_for_the_disk_keeps_its_gap_when_its_last_news_come_late(
    lens: VirtualCamera, register: Register, start: Start, volume: Volume
) -> None:
    camera = register(lens)
    recorder = start()
    eventually(lambda: ready(camera))
    (media,) = recorder.supervisor.pids
    os.kill(media, signal.SIGSTOP)
    Volume.objects.filter(pk=volume.pk).update(reserve_bytes=PLENTY)
    eventually(lambda: Gap.objects.filter(camera=camera, cause="DISK").exists())
    os.kill(media, signal.SIGCONT)
    eventually(lambda: not Segment.objects.filter(camera=camera, state="OPEN").exists())
    assert Gap.objects.filter(camera=camera, cause="DISK", ended_at=None).exists()


def test_important_camera_stops_last(volume: Volume) -> None:
    disks = Disks()
    free = _free(volume)
    volume.reserve_bytes = free  # the usual priority is at its floor, give or take
    refused = {p: bool(disks.refusal(volume, p, stopped=False)) for p in (1, 4, 6, 9)}
    assert refused == {1: False, 4: False, 6: True, 9: True}


def test_stopped_camera_waits_for_more_than_the_floor(volume: Volume) -> None:
    disks = Disks()
    volume.reserve_bytes = int(_free(volume) * 0.98)
    assert not disks.refusal(volume, 5, stopped=False)
    assert disks.refusal(volume, 5, stopped=True)


def _free(volume: Volume) -> int:
    room = os.statvfs(volume.path)
    return room.f_bavail * room.f_frsize
