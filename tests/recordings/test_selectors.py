"""What coverage says exists is what can be played and exported, no more."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from cctvportal.common.clock import ago
from recordings.selectors import Span, coverage
from tests.factories.recordings import PlanFactory, stored_segment

if TYPE_CHECKING:
    from pathlib import Path

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
