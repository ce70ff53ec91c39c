"""Two recorders, and a database that goes away."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from cctvportal.accounts.access import SYSTEM
from recordings.models import Gap, RecordingPlan, Segment, Volume
from recordings.services import leases
from tests.recordings.recorder.watching import away, eventually, ready, stamps

if TYPE_CHECKING:
    from devices.simulator import VirtualCamera
    from tests.conftest import RaceDatabase
    from tests.recordings.recorder.conftest import Register, Start


def test_expired_lease_is_taken_over_by_the_other_node(
    lens: VirtualCamera, register: Register, start: Start, second: Volume
) -> None:
    camera = register(lens)
    assert leases.claim("node-1", steady=True, by=SYSTEM) == [
        camera.pk
    ]  # and then node-1 is never heard again
    start("node-2")
    (segment, *_) = eventually(lambda: ready(camera))
    plan = RecordingPlan.objects.get(camera=camera)
    assert (leases.node_of(plan.owner), plan.fence, segment.fence) == ("node-2", 2, 2)
    assert segment.volume == second


def test_held_camera_is_left_to_its_node(
    lens: VirtualCamera, register: Register, start: Start, second: Volume
) -> None:
    camera = register(lens)
    start("node-1")
    eventually(lambda: ready(camera))
    start("node-2")
    time.sleep(5)  # longer than the lease
    assert leases.node_of(RecordingPlan.objects.get(camera=camera).owner) == "node-1"
    assert not Segment.objects.filter(volume=second).exists()
    assert not Segment.objects.filter(state="OVERLAP").exists()


def test_camera_of_a_stopped_node_is_taken_over(
    lens: VirtualCamera, register: Register, start: Start, second: Volume
) -> None:
    camera = register(lens)
    first = start("node-1")
    eventually(lambda: ready(camera))
    start("node-2")
    first.stop()
    eventually(
        lambda: RecordingPlan.objects.filter(camera=camera, owner__startswith="node-2").first()
    )
    eventually(lambda: Segment.objects.filter(volume=second, state="READY").first())
    assert Gap.objects.filter(camera=camera, cause="RESTART").count() == 1


@pytest.mark.slow
def test_recording_goes_on_without_the_database(
    lens: VirtualCamera, register: Register, start: Start, race_db: RaceDatabase
) -> None:
    camera = register(lens)
    start()
    eventually(lambda: ready(camera))
    with away(race_db):
        time.sleep(8)
    segments = eventually(lambda: ready(camera, 6))
    counters = [stamp.counter for each in segments for stamp, _ in stamps(each)]
    assert counters == list(range(counters[0], counters[0] + len(counters)))
    assert not Gap.objects.filter(camera=camera).exists()
