"""A volume that is really full (shows 5): a small tmpfs, mounted by the test where it may."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cctvportal.accounts.access import SYSTEM
from cctvportal.common.clock import ago, now
from recordings.enums import HoldKind
from recordings.media import reader
from recordings.models import Alarm, Gap, RecordingPlan, Segment, Volume
from recordings.services import alarms, expiry, holds, volumes
from tests.factories.recordings import VolumeFactory
from tests.mounts import Filler, small_disk
from tests.recordings.recorder.watching import eventually, path_of, ready

if TYPE_CHECKING:
    from datetime import datetime

    from devices.models import Camera
    from tests.conftest import RaceDatabase
    from tests.recordings.recorder.conftest import Mount, Register, Start

pytestmark = pytest.mark.slow
MIB = 1 << 20
SIZE = 64 * MIB
RESERVE = 10 * MIB  # an important camera goes on down to 2 MiB, an unimportant one stops at 18


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A filesystem of 64 MiB."""
    place = tmp_path / "media"
    place.mkdir()
    with small_disk(place, SIZE):
        yield place


@pytest.fixture
def volume(race_db: RaceDatabase, data_dir: Path, small: Path, quick: None) -> Volume:
    made: Volume = VolumeFactory(node="node-1", path=str(small), reserve_bytes=RESERVE)
    volumes.prepare(made)
    return made


def gap_of(camera: Camera, *, over: bool = False) -> Gap | None:
    found = Gap.objects.filter(camera=camera, cause="DISK", ended_at__isnull=not over)
    return found.first()


def is_open(kind: str, volume: Volume) -> bool:
    found = Alarm.objects.filter(kind=kind, subject=str(volume.pk), cleared_at=None)
    return found.exists()


def assert_all_there(kept: list[Segment]) -> None:
    """What was kept is kept, to the last byte."""
    for segment in kept:
        assert Segment.objects.get(pk=segment.pk).state == "READY"
        reader.verify(path_of(segment), segment.sha256)


def test_least_important_camera_stops_first_and_nothing_is_removed(
    mounts: list[Mount], register: Register, start: Start, volume: Volume
) -> None:
    important, other = register(mounts[0], priority=1), register(mounts[1], priority=9)
    start()
    kept = [*eventually(lambda: ready(important, 2)), *eventually(lambda: ready(other, 2))]
    hold_all(other, kept)
    filler = Filler(Path(volume.path))
    filler.leave(10 * MIB)
    gap = eventually(lambda: gap_of(other), 30)
    assert "hampir penuh" in gap.detail
    eventually(lambda: is_open("BELOW_FLOOR", volume))
    count = len(ready(important) or [])
    eventually(lambda: ready(important, count + 2))
    assert gap_of(important) is None
    filler.leave(1 * MIB)
    eventually(lambda: gap_of(important), 30)
    expiry.purge_expired(by=SYSTEM)
    assert_all_there(kept)
    filler.go()
    for camera in (important, other):
        eventually(partial(gap_of, camera, over=True), 30)
        eventually(partial(begun_after, camera, now()), 30)
    eventually(lambda: not is_open("BELOW_FLOOR", volume))
    assert_all_there(kept)


def hold_all(camera: Camera, kept: list[Segment]) -> None:
    """The footage of one is held, and past its term; that of the other has its term before it."""
    holds.place(
        camera_ids=[camera.pk],
        start=ago(3600),
        end=now(),
        kind=HoldKind.REQUEST,
        reference="contoh",
        by=SYSTEM,
    )
    mine = [segment.pk for segment in kept if segment.camera_id == camera.pk]
    Segment.objects.filter(pk__in=mine).update(expires_at=ago(1))


def begun_after(camera: Camera, moment: datetime) -> list[Segment]:
    return [row for row in ready(camera) or [] if row.started_at and row.started_at > moment]


def test_without_a_reserve_writing_fails_is_booked_and_returns(
    mounts: list[Mount], register: Register, start: Start, volume: Volume
) -> None:
    Volume.objects.update(reserve_bytes=0)
    camera = register(mounts[0])
    start()
    kept = eventually(lambda: ready(camera, 2))
    filler = Filler(Path(volume.path))
    filler.leave(0)
    gap = eventually(lambda: gap_of(camera), 30)
    assert "penuh" in gap.detail or "ditulis" in gap.detail
    eventually(lambda: is_open("BELOW_FLOOR", volume))
    filler.go()
    eventually(lambda: gap_of(camera, over=True), 40)
    last = now()
    eventually(lambda: begun_after(camera, last), 30)
    eventually(lambda: not is_open("BELOW_FLOOR", volume))
    assert_all_there(kept)
    assert RecordingPlan.objects.get().owner.startswith("node-1")


def test_no_more_names_for_files_is_a_full_disk_too(
    mounts: list[Mount], register: Register, start: Start, volume: Volume
) -> None:
    camera = register(mounts[0])
    start()
    kept = eventually(lambda: ready(camera, 2))
    subprocess.run(
        ["mount", "-o", f"remount,nr_inodes={used_files(volume) + 20}", volume.path], check=True
    )
    eventually(lambda: gap_of(camera), 30)
    subprocess.run(["mount", "-o", "remount,nr_inodes=100000", volume.path], check=True)
    eventually(lambda: gap_of(camera, over=True), 30)
    assert_all_there(kept)


def used_files(volume: Volume) -> int:
    room = os.statvfs(volume.path)
    return room.f_files - room.f_ffree


def test_keystore_without_room_is_told_while_recording_goes_on(
    mounts: list[Mount], register: Register, start: Start, volume: Volume, data_dir: Path
) -> None:
    keys = data_dir / "keystore"
    keys.mkdir(mode=0o700)
    with small_disk(keys, MIB):
        filler = Filler(keys)
        filler.leave(0)
        register(mounts[0])
        start()
        told = Alarm.objects.filter(kind="DISK", subject="keys:node-1")
        alarm = eventually(lambda: told.filter(cleared_at=None).first(), 30)
        assert "Kunci rekaman tidak dapat ditulis" in alarms.told([alarm])[0].what
        assert not is_open("DISK", volume), "the footage's disk is well"
        filler.go()
        eventually(lambda: told.exclude(cleared_at=None).first(), 30)
