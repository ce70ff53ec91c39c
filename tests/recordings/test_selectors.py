"""What coverage says exists is what can be played and exported, no more."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from cctvportal.common.clock import ago
from recordings.enums import HoldKind
from recordings.models import Hold
from recordings.selectors import Span, coverage, segments_in, shown_in
from tests.factories.recordings import PlanFactory, stored_segment

if TYPE_CHECKING:
    from pathlib import Path

    from recordings.models import RecordingPlan, Segment

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def test_overlapping_footage_is_told_apart_and_fills_no_hole(data_dir: Path) -> None:
    plan = PlanFactory()
    start = ago(3600)
    ready = stored_segment(plan.camera, plan.volume, start)
    stored_segment(plan.camera, plan.volume, start + MINUTE / 2, seconds=90, state="OVERLAP")
    (found,) = coverage([plan.camera_id], start, start + 2 * MINUTE)
    assert found.spans == (Span(start, start + MINUTE),)
    assert found.missing == (Span(start + MINUTE, start + 2 * MINUTE),)
    assert found.overlaps == (Span(start + MINUTE / 2, start + 2 * MINUTE),)
    assert found.bytes == ready.bytes
    assert not found.is_whole


def test_a_range_with_overlapping_footage_alone_is_empty(data_dir: Path) -> None:
    plan = PlanFactory()
    start = ago(3600)
    stored_segment(plan.camera, plan.volume, start, state="OVERLAP")
    (found,) = coverage([plan.camera_id], start, start + MINUTE)
    assert found.is_empty


def over(minutes_ago: float) -> tuple[RecordingPlan, Segment]:
    """A camera with one minute of footage, whose term ended some minutes ago."""
    plan = PlanFactory()
    ended = ago(60 * minutes_ago)
    return plan, stored_segment(plan.camera, plan.volume, ago(7200), expires_at=ended)


def held(segment: Segment, *, placed: float, released: float | None = None) -> None:
    """A hold over its beginning; times in minutes ago."""
    assert segment.started_at is not None
    Hold.objects.create(
        camera=segment.camera,
        starts_at=segment.started_at,
        ends_at=segment.started_at + MINUTE / 2,
        kind=HoldKind.REQUEST,
        reference=f"permohonan {placed}",
        placed_at=ago(60 * placed),
        released_at=None if released is None else ago(60 * released),
    )


def is_seen(segment: Segment) -> bool:
    start, end = segment.started_at, segment.ended_at
    assert start is not None
    assert end is not None
    wanted = [segment.camera_id], start, end
    (found,) = coverage(*wanted)
    assert segments_in(*wanted).exists(), "the gate has not been there yet"
    assert shown_in(*wanted).exists() is not found.is_empty
    return not found.is_empty


def test_footage_past_its_term_is_neither_shown_nor_told_of(data_dir: Path) -> None:
    _plan, segment = over(5)
    assert not is_seen(segment)


def test_a_hold_placed_in_time_keeps_it_in_view_until_it_is_released(data_dir: Path) -> None:
    _plan, segment = over(5)
    held(segment, placed=6)
    assert is_seen(segment)
    Hold.objects.update(released_at=ago(1))
    assert not is_seen(segment)


def test_a_hold_placed_too_late_brings_nothing_back(data_dir: Path) -> None:
    _plan, segment = over(5)
    held(segment, placed=4)
    held(segment, placed=9, released=6)
    assert not is_seen(segment)


def test_a_hold_on_another_camera_or_time_keeps_nothing_in_view(data_dir: Path) -> None:
    plan, segment = over(5)
    held(over(5)[1], placed=9)
    later = stored_segment(plan.camera, plan.volume, ago(3600))
    held(later, placed=9)
    assert not is_seen(segment)
    assert is_seen(later)
