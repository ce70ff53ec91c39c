"""Nodes that die, stop, freeze and come back: one owner a camera, and no footage without a row."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cctvportal.common.clock import ago, now
from recordings.models import Gap, RecorderNode, RecordingPlan, Segment, Volume
from recordings.services import leases
from tests.recordings.recorder.cluster import Sampler, crowd
from tests.recordings.recorder.conftest import MANY
from tests.recordings.recorder.watching import eventually, ready

if TYPE_CHECKING:
    from devices.models import Camera
    from tests.conftest import RaceDatabase
    from tests.recordings.recorder.conftest import Mount, Register, StartNode

pytestmark = pytest.mark.slow
AFTER_DEATH = timedelta(seconds=30)
AFTER_STOP = timedelta(seconds=5)
GOP = timedelta(seconds=1)
GRAIN = timedelta(seconds=0.3)


@dataclass(frozen=True, slots=True)
class Office:
    """Cameras, and two nodes with a volume each: `volume` is that of node-1."""

    mounts: list[Mount]
    register: Register
    start_node: StartNode
    volume: Volume
    second: Volume


@pytest.fixture
def office(
    mounts: list[Mount], register: Register, start_node: StartNode, volume: Volume, second: Volume
) -> Office:
    return Office(mounts, register, start_node, volume, second)


def tell(figure: str) -> None:
    """The figures of the issue, for whoever runs this with -s."""
    sys.stderr.write(f"\n{figure}\n")


def first_on(camera: Camera, volume: Volume, since: datetime) -> datetime | None:
    """When its first footage on this volume after `since` begins."""
    rows = Segment.objects.filter(camera=camera, volume=volume, started_at__gt=since)
    return rows.order_by("started_at").values_list("started_at", flat=True).first()


def all_on(cameras: list[Camera], volume: Volume, since: datetime) -> list[datetime] | None:
    found = [first_on(camera, volume, since) for camera in cameras]
    return [each for each in found if each] if all(found) else None


def assert_one_owner(sampler: Sampler, cameras: list[Camera]) -> None:
    """Fences only rise, and each belongs to one owner; nobody recorded beside the owner."""
    assert len(sampler.samples) > 50
    for camera in cameras:
        history = sampler.history(camera.pk)
        for (owner, fence), (then, later) in pairwise(history):
            assert later == fence + bool(then), history
            assert then != owner or not then, history
        by_fence = {fence: owner for owner, fence in history if owner}
        assert len(by_fence) == len([owner for owner, _ in history if owner]), history
    assert not Segment.objects.filter(state="OVERLAP").exists()


def sealed_after(camera: Camera, moment: datetime) -> list[Segment] | None:
    """Its READY segments, once one of them began after `moment`."""
    rows = ready(camera) or []
    return rows if any(row.started_at and row.started_at > moment for row in rows) else None


def assert_booked(camera: Camera, moment: datetime, within: timedelta) -> None:
    """The hole around `moment` is one gap with its cause, from the last frame to the first."""
    gap = eventually(
        lambda: Gap.objects.filter(camera=camera, started_at__lte=moment, ended_at__gt=moment).get()
    )
    assert gap.cause == "RESTART"
    assert gap.ended_at is not None
    assert gap.ended_at - moment < within
    rows = eventually(lambda: sealed_after(camera, moment))
    segments = [(row.started_at, row.ended_at) for row in rows]
    ends = [ended for started, ended in segments if started and ended and started < moment]
    starts = [started for started, _ in segments if started and started > moment]
    assert abs(max(ends) - gap.started_at) < GRAIN
    assert abs(min(starts) - gap.ended_at) < GRAIN


def test_cameras_of_a_killed_node_go_on_at_the_other_within_thirty_seconds(
    office: Office, race_db: RaceDatabase
) -> None:
    """Issue 4, shows 3: first half of eight cameras move, and then all eight."""
    ours = [office.register(mount) for mount in office.mounts[: MANY // 2]]
    theirs = [office.register(mount, office.second) for mount in office.mounts[MANY // 2 :]]
    first, other = office.start_node("node-1"), office.start_node("node-2")
    eventually(lambda: all(ready(camera, 2) for camera in ours + theirs), 60)
    with Sampler(race_db.application_url) as sampler:
        killed = first.kill()
        begun = eventually(lambda: all_on(ours, office.second, killed), 60)
        tell(f"took over after {sorted(round((t - killed).total_seconds(), 1) for t in begun)} s")
        assert max(begun) - killed < AFTER_DEATH * crowd()
        assert not Gap.objects.filter(camera__in=theirs).exists()
        first.start()
        eventually(lambda: unfinished(office.volume) == [], 30)
        again = other.kill()
        begun = eventually(lambda: all_on(ours + theirs, office.volume, again), 60)
        tell(f"all after {sorted(round((t - again).total_seconds(), 1) for t in begun)} s")
        assert max(begun) - again < AFTER_DEATH * crowd()
    assert_one_owner(sampler, ours + theirs)
    for camera in ours:
        assert_booked(camera, killed, AFTER_DEATH * crowd())


def test_cameras_of_a_stopped_node_go_on_at_the_other_within_five_seconds(
    office: Office, race_db: RaceDatabase
) -> None:
    cameras = [office.register(mount) for mount in office.mounts[:2]]
    first, _other = office.start_node("node-1"), office.start_node("node-2")
    eventually(lambda: all(ready(camera, 3) for camera in cameras), 60)
    eventually(lambda: up_for("node-2", seconds=12), 30)
    with Sampler(race_db.application_url) as sampler:
        asked = first.stop()
        begun = eventually(lambda: all_on(cameras, office.second, asked), 30)
        tell(f"taken over {max(begun) - asked} after the stop was asked for")
        assert max(begun) - asked < AFTER_STOP * crowd()
        eventually(lambda: len(sampler.samples) > 50)
    assert_one_owner(sampler, cameras)
    for camera in cameras:
        assert_booked(camera, asked + GOP, AFTER_STOP * crowd())
    assert not Segment.objects.filter(volume=office.volume, state="OPEN").exists()


def up_for(node: str, *, seconds: float) -> bool:
    found = RecorderNode.objects.filter(name=node, since__lt=ago(seconds))
    return found.exists()


def test_woken_node_stops_at_once_and_what_it_wrote_is_kept(
    office: Office, race_db: RaceDatabase
) -> None:
    cameras = [office.register(mount) for mount in office.mounts[:2]]
    lease = {"PORTAL_LEASE_SECONDS": "9"}
    first, _other = office.start_node("node-1", **lease), office.start_node("node-2", **lease)
    eventually(lambda: all(ready(camera, 2) for camera in cameras), 60)
    time.sleep(1.3)
    with Sampler(race_db.application_url) as sampler:
        frozen = first.freeze()
        eventually(lambda: all_on(cameras, office.second, frozen), 60)
        woken = first.thaw()
        eventually(lambda: not first.media_processes(), 5 * crowd())
        tell(f"no media process {(now() - woken).total_seconds():.1f} s after waking")
        eventually(lambda: unfinished(office.volume) == [], 20)
        time.sleep(3)
        assert {owner for owner, _ in sampler.samples[-1].owners.values()} == {"node-2"}
    for camera in cameras:
        assert [owner for owner, _ in sampler.history(camera.pk)] == ["node-1", "node-2"]
        assert_kept(camera, office.volume, frozen, woken)
    assert not Gap.objects.filter(camera__in=cameras, ended_at=None).exists()


def unfinished(volume: Volume) -> list[str]:
    """Rows under way and written files without a row, of a volume that nobody writes any more."""
    rows = Segment.objects.filter(volume=volume, state="OPEN").values_list("pk", flat=True)
    parts = [path for path in Path(volume.path).glob("[!.]*/**/*.part") if path.stat().st_size]
    return [str(pk) for pk in rows] + [path.name for path in parts]


def assert_kept(camera: Camera, volume: Volume, frozen: datetime, woken: datetime) -> None:
    """All up to the freeze is there, the last of it too; nothing began after the waking."""
    rows = Segment.objects.filter(camera=camera, volume=volume, started_at__isnull=False)
    assert set(rows.values_list("state", flat=True)) <= {"READY", "OVERLAP"}
    newest = rows.order_by("-started_at")[0]
    assert newest.ended_at is not None
    assert newest.ended_at > frozen - GRAIN
    assert not rows.filter(started_at__gt=woken).exists()


def test_camera_goes_home_when_its_node_is_up_for_a_while(office: Office) -> None:
    camera = office.register(office.mounts[0])
    lease = {"PORTAL_LEASE_SECONDS": "6"}
    office.start_node("node-2", **lease)
    eventually(lambda: first_on(camera, office.second, ago(3600)), 60)
    office.start_node("node-1", **lease)
    home = eventually(lambda: first_on(camera, office.volume, ago(3600)), 60)
    gap = eventually(lambda: Gap.objects.filter(camera=camera, ended_at__isnull=False).first())
    assert gap.ended_at is not None
    assert gap.ended_at - gap.started_at < AFTER_STOP * crowd()
    assert abs(gap.ended_at - home) < GRAIN
    assert leases.node_of(RecordingPlan.objects.get(camera=camera).owner) == "node-1"
    assert not Segment.objects.filter(camera=camera, state="OVERLAP").exists()
