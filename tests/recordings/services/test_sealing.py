"""From facts to rows: kept once, never overlapping, never refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, transaction

from cctvportal.accounts.access import SYSTEM
from cctvportal.audit.models import Entry
from cctvportal.common.clock import ago, now
from recordings.enums import GapCause
from recordings.models import Gap, Segment
from recordings.services import gaps, sealing
from tests.recordings.services.written import Written

if TYPE_CHECKING:
    from recordings.media.sidecar import Sidecar
    from recordings.models import RecordingPlan


@pytest.fixture
def facts(plan: RecordingPlan) -> Sidecar:
    return Written(plan).sealed()


def another(facts: Sidecar, *, later_s: float) -> Sidecar:
    start = facts.started_at + timedelta(seconds=later_s)
    return replace(facts, segment=uuid4(), started_at=start)


def test_adopting_twice_is_adopting_once(facts: Sidecar) -> None:
    assert sealing.adopt(facts, by=SYSTEM) == "READY"
    row = Segment.objects.get(pk=facts.segment)
    assert sealing.adopt(facts, by=SYSTEM) == "READY"
    assert (row.sha256, row.frames, row.started_at) == (
        facts.sha256,
        facts.frames,
        facts.started_at,
    )


def test_missing_row_is_made_from_the_facts(facts: Sidecar) -> None:
    Segment.objects.filter(pk=facts.segment).delete()
    assert sealing.adopt(facts, by=SYSTEM) == "READY"


def test_small_overlap_is_clamped(facts: Sidecar) -> None:
    sealing.adopt(facts, by=SYSTEM)
    second = another(facts, later_s=facts.duration_s - 0.5)
    assert sealing.adopt(second, by=SYSTEM) == "READY"
    assert Segment.objects.get(pk=second.segment).started_at == facts.ended_at


@pytest.mark.parametrize("later_s", [1.0, -1.0, 0.0])
def test_large_overlap_is_kept_apart_and_told(facts: Sidecar, later_s: float) -> None:
    sealing.adopt(facts, by=SYSTEM)
    second = another(facts, later_s=later_s)
    assert sealing.adopt(second, by=SYSTEM) == "OVERLAP"
    assert Entry.objects.filter(action="segment.overlaps", subject_id=str(second.segment)).exists()


def test_term_of_what_a_dead_clock_stamped_is_not_over_at_once(facts: Sidecar) -> None:
    years_ago = facts.started_at - timedelta(days=2000)
    assert sealing.adopt(replace(facts, started_at=years_ago), by=SYSTEM) == "READY"
    row = Segment.objects.get(pk=facts.segment)
    assert row.started_at == years_ago, "the time stays as it was told"
    assert (row.expires_at or now()) > now() + timedelta(days=1)


def test_unknown_camera_is_refused(facts: Sidecar) -> None:
    with pytest.raises(sealing.NotOurs):
        sealing.adopt(replace(facts, camera=UUID(int=9)), by=SYSTEM)


def test_a_length_that_no_lookup_would_find_is_refused(facts: Sidecar) -> None:
    with pytest.raises(sealing.NotOurs):
        sealing.adopt(replace(facts, duration_s=901.0), by=SYSTEM)
    row = Segment.objects.get()
    with pytest.raises(DatabaseError, match="not_too_long"), transaction.atomic():
        Segment.objects.create(
            camera=row.camera,
            volume=row.volume,
            state="LOST",
            fence=1,
            key_day=facts.key_day,
            prepared_at=facts.prepared_at,
            started_at=facts.started_at,
            ended_at=facts.started_at + timedelta(seconds=901),
        )


def test_footage_that_turns_up_shrinks_the_gap(plan: RecordingPlan, facts: Sidecar) -> None:
    gaps.open_gap(plan.camera_id, cause=GapCause.RESTART, since=facts.started_at, by=SYSTEM)
    sealing.adopt(facts, by=SYSTEM)
    assert Gap.objects.get().started_at == facts.ended_at


def test_gap_of_another_cause_follows_the_one_under_way(plan: RecordingPlan) -> None:
    first, second = ago(60), ago(30)
    gaps.open_gap(plan.camera_id, cause=GapCause.RESTART, since=first, by=SYSTEM)
    gaps.open_gap(plan.camera_id, cause=GapCause.OFFLINE, since=second, by=SYSTEM)
    gaps.open_gap(plan.camera_id, cause=GapCause.OFFLINE, since=ago(10), by=SYSTEM)
    gaps.close_gap(plan.camera_id, at=ago(5), by=SYSTEM)
    found = list(Gap.objects.order_by("started_at").values_list("cause", "started_at"))
    assert found == [("RESTART", first), ("OFFLINE", second)]
    assert not Gap.objects.filter(ended_at=None).exists()


def test_new_camera_has_missed_nothing(plan: RecordingPlan) -> None:
    gaps.note_restart(plan.camera_id, at=ago(0), by=SYSTEM)
    assert not Gap.objects.exists()
