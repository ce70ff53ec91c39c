"""The seals: made once an hour, of everything, and never changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import DatabaseError, transaction

from cctvportal.accounts.access import SYSTEM
from cctvportal.audit import merkle
from cctvportal.audit.models import Entry
from cctvportal.common.clock import ago, now
from recordings.enums import SegmentState
from recordings.models import CustodyRoot, Segment
from recordings.services import custody, expiry
from tests.concurrency import in_threads
from tests.factories.recordings import PlanFactory, stored_segment
from tests.killing import killed_at

if TYPE_CHECKING:
    from pathlib import Path

    from recordings.models import RecordingPlan


def hour_ago(hours: int) -> datetime:
    return (now() - timedelta(hours=hours)).replace(minute=0, second=0, microsecond=0)


def minutes(plan: RecordingPlan, hour: datetime, count: int = 3) -> list[Segment]:
    return [
        stored_segment(plan.camera, plan.volume, hour + timedelta(minutes=n)) for n in range(count)
    ]


def test_hour_is_sealed_over_its_segments_in_order(plan: RecordingPlan) -> None:
    hour = hour_ago(3)
    rows = minutes(plan, hour)
    other = minutes(plan, hour + timedelta(hours=1), 1)
    assert custody.seal_hours(by=SYSTEM) == 2
    root, later = CustodyRoot.objects.order_by("hour")
    expected = merkle.root(custody.leaf_of(row) for row in rows).hex()
    assert (root.hour, root.sequence, root.segments, root.root) == (hour, 1, 3, expected)
    assert later.segments == len(other)
    assert set(Segment.objects.filter(custody=root)) == set(rows)
    entry = Entry.objects.get(action="custody.sealed", subject_id=str(root.pk))
    assert entry.facts == custody.facts_of(root)
    assert custody.seal_hours(by=SYSTEM) == 0


def test_canonical_bytes_are_fixed_for_ever() -> None:
    """Another program that is to check a seal in ten years is written after this."""
    start = datetime(2026, 11, 24, 3, 0, 0, 250_000, tzinfo=UTC)
    found = custody.leaf(
        id="00000000-0000-4000-8000-000000000001",
        camera="00000000-0000-4000-8000-000000000002",
        started=start,
        ended=start + timedelta(minutes=1),
        size=5_000_000,
        frames=750,
        sha256="ab" * 32,
        codec="h264",
    )
    assert found == (
        b'{"bytes":5000000,"camera":"00000000-0000-4000-8000-000000000002","codec":"h264",'
        b'"ended":"2026-11-24T03:01:00.250000+00:00","frames":750,'
        b'"id":"00000000-0000-4000-8000-000000000001","sha256":"' + b"ab" * 32 + b'",'
        b'"started":"2026-11-24T03:00:00.250000+00:00"}'
    )


def test_hour_that_is_not_over_waits(plan: RecordingPlan) -> None:
    stored_segment(plan.camera, plan.volume, ago(60))
    assert custody.seal_hours(by=SYSTEM) == 0


def test_segment_kept_later_gets_a_further_seal_of_its_hour(plan: RecordingPlan) -> None:
    hour = hour_ago(3)
    minutes(plan, hour)
    custody.seal_hours(by=SYSTEM)
    late = stored_segment(
        plan.camera, plan.volume, hour + timedelta(minutes=30), state=SegmentState.OVERLAP
    )
    assert custody.seal_hours(by=SYSTEM) == 1
    root = CustodyRoot.objects.get(hour=hour, sequence=2)
    late.refresh_from_db()
    assert late.custody == root
    assert root.root == merkle.root([custody.leaf_of(late)]).hex()


def test_footage_that_went_before_its_hour_was_over_is_sealed_too(plan: RecordingPlan) -> None:
    stored_segment(plan.camera, plan.volume, hour_ago(3), expires_at=ago(60))
    expiry.purge_expired(by=SYSTEM)
    assert custody.seal_hours(by=SYSTEM) == 1


def test_days_off_are_caught_up_in_several_calls(plan: RecordingPlan) -> None:
    for hours in range(2, 12):
        stored_segment(plan.camera, plan.volume, hour_ago(hours))
    assert [custody.seal_hours(most=4, by=SYSTEM) for _ in range(4)] == [4, 4, 2, 0]
    assert list(CustodyRoot.objects.order_by("pk").values_list("hour", flat=True)) == [
        hour_ago(hours) for hours in range(11, 1, -1)
    ]


@pytest.mark.parametrize(
    "change",
    [
        lambda: CustodyRoot.objects.update(root="0" * 64),
        lambda: CustodyRoot.objects.all().delete(),
        lambda: Segment.objects.update(custody=None),
        lambda: Segment.objects.update(codec="h265"),
        lambda: Segment.objects.update(sha256="0" * 64),
    ],
)
def test_what_was_sealed_does_not_change(plan: RecordingPlan, change: object) -> None:
    minutes(plan, hour_ago(3))
    custody.seal_hours(by=SYSTEM)
    assert callable(change)
    with pytest.raises(DatabaseError), transaction.atomic():
        change()


def test_killed_seal_is_made_again(plan: RecordingPlan, monkeypatch: pytest.MonkeyPatch) -> None:
    minutes(plan, hour_ago(3))
    with killed_at("custody.noted", monkeypatch):
        custody.seal_hours(by=SYSTEM)
    assert not CustodyRoot.objects.exists()
    assert custody.seal_hours(by=SYSTEM) == 1


@pytest.mark.race
@pytest.mark.usefixtures("race_db")
def test_two_who_seal_at_once_make_one_seal(data_dir: Path) -> None:
    plan = PlanFactory()
    for hours in range(2, 8):
        minutes(plan, hour_ago(hours), 2)
    made = in_threads(*[lambda: custody.seal_hours(by=SYSTEM) for _ in range(3)])
    assert all(isinstance(one, int) for one in made), made
    assert CustodyRoot.objects.count() == 6
    assert not Segment.objects.filter(custody=None).exists()
