"""One owner a camera; nobody is robbed, and nothing is left lying."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db.models.functions import Now

from cctvportal.accounts.access import SYSTEM
from cctvportal.common.clock import ago
from recordings.models import RecorderNode, RecordingPlan
from recordings.services import leases
from tests.concurrency import in_threads
from tests.factories.recordings import PlanFactory, VolumeFactory

if TYPE_CHECKING:
    from pathlib import Path

LONG_AGO = timedelta(hours=1)


@pytest.fixture
def plan(db: None, data_dir: Path) -> RecordingPlan:
    """Of node-1; node-2 has a volume as well, and both are up."""
    VolumeFactory(node="node-2")
    made: RecordingPlan = PlanFactory(volume__node="node-1")
    for node in ("node-1", "node-2"):
        leases.take_back(node, by=SYSTEM)
    return made


def claim(node: str, *, steady: bool = True) -> list[int]:
    return leases.claim(node, steady=steady, by=SYSTEM)


def owner(plan: RecordingPlan) -> tuple[str, int]:
    plan.refresh_from_db()
    return plan.owner, plan.fence


def run_out(plan: RecordingPlan) -> None:
    RecordingPlan.objects.filter(pk=plan.pk).update(lease_until=Now() - timedelta(seconds=1))


def seen(node: str, *, ago: timedelta, since: timedelta = LONG_AGO) -> None:
    RecorderNode.objects.filter(name=node).update(seen_at=Now() - ago, since=Now() - since)


def test_free_camera_is_its_own_nodes_while_that_is_up(plan: RecordingPlan) -> None:
    assert claim("node-2") == []
    assert claim("node-1", steady=False) == [plan.pk]
    assert owner(plan) == ("node-1", 1)


@pytest.mark.parametrize("end", ["stopped", "dead"])
def test_free_camera_of_a_node_that_is_not_up_is_taken(plan: RecordingPlan, end: str) -> None:
    if end == "stopped":
        claim("node-1")
        leases.release("node-1", by=SYSTEM)
    else:
        seen("node-1", ago=timedelta(minutes=1))
    assert claim("node-2") == [plan.pk]


def test_lease_that_ran_out_is_taken_only_by_a_node_that_saw_it_happen(
    plan: RecordingPlan,
) -> None:
    claim("node-1")
    assert claim("node-2") == []
    run_out(plan)
    assert claim("node-2", steady=False) == []
    assert owner(plan) == ("node-1", 1)
    assert claim("node-2") == [plan.pk]
    assert owner(plan) == ("node-2", 2)


def test_node_without_a_place_for_footage_takes_nothing(plan: RecordingPlan) -> None:
    claim("node-1")
    run_out(plan)
    assert claim("node-3") == []


def test_renewed_lease_is_nobody_elses_even_after_it_ran_out(plan: RecordingPlan) -> None:
    claim("node-1")
    run_out(plan)
    leases.renew("node-1", by=SYSTEM)
    assert claim("node-2") == []


def test_camera_goes_home_once_its_node_is_up_for_a_while(plan: RecordingPlan) -> None:
    claim("node-1")
    run_out(plan)
    claim("node-2")
    seen("node-1", ago=timedelta(0), since=timedelta(seconds=5))
    assert [each.pk for each in leases.held("node-2", by=SYSTEM)] == [plan.pk]
    seen("node-1", ago=timedelta(0))
    assert leases.held("node-2", by=SYSTEM) == []
    assert claim("node-2") == []
    assert claim("node-1") == [plan.pk]
    assert owner(plan) == ("node-1", 3)


def test_camera_that_moves_to_a_volume_of_another_node_goes_there(plan: RecordingPlan) -> None:
    claim("node-1")
    seen("node-2", ago=timedelta(0))
    plan.volume = VolumeFactory(node="node-2")
    plan.save(update_fields=["volume"])
    assert leases.held("node-1", by=SYSTEM) == []
    assert claim("node-2") == [plan.pk]


def test_node_that_was_out_of_reach_is_not_up_for_long(plan: RecordingPlan) -> None:
    seen("node-1", ago=timedelta(minutes=1))
    leases.renew("node-1", by=SYSTEM)
    node = RecorderNode.objects.get(name="node-1")
    assert node.since is not None
    assert node.since == node.seen_at


def test_frame_times_of_a_camera_that_is_anothers_are_not_written(plan: RecordingPlan) -> None:
    claim("node-1")
    leases.note_frames("node-2", {plan.pk: ago(1)}, by=SYSTEM)
    plan.refresh_from_db()
    assert plan.last_frame_at is None
    moment = ago(1)
    leases.note_frames("node-1", {plan.pk: moment}, by=SYSTEM)
    plan.refresh_from_db()
    assert plan.last_frame_at == moment


@pytest.mark.race
@pytest.mark.usefixtures("race_db", "data_dir")
def test_two_nodes_that_claim_at_once_share_without_a_camera_twice() -> None:
    VolumeFactory(node="node-2")
    VolumeFactory(node="node-3")
    for _ in range(20):
        plan = PlanFactory(volume__node="gone")
        taken = in_threads(lambda: claim("node-2"), lambda: claim("node-3"))
        assert sorted(map(len, taken)) == [0, 1]  # type: ignore[arg-type] # no exception came
        assert owner(plan)[1] == 1
