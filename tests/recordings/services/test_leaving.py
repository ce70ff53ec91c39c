from __future__ import annotations

from datetime import timedelta

import pytest

from cctvportal.common.clock import now
from recordings.models import RecordingPlan, Segment
from recordings.services import leaving
from tests.factories.recordings import PlanFactory, hold_on, stored_segment


def ending(plan: RecordingPlan, hours: float, ago: float) -> Segment:
    """A segment of `ago` minutes whose term ends in `hours`."""
    start = now() - timedelta(minutes=ago)
    return stored_segment(
        plan.camera, plan.volume, start, expires_at=now() + timedelta(hours=hours)
    )


def test_what_ends_by_then_is_told_by_camera_apart_from_what_is_held(plan: RecordingPlan) -> None:
    first, second, held = (ending(plan, hours, 60 - hours) for hours in (2, 5, 6))
    ending(plan, 100, 20)
    hold_on(held)
    other = PlanFactory()
    hold_on(ending(other, 100, 20), reference="permohonan-2")
    (line,) = leaving.leaving(now() + timedelta(hours=10))
    assert (line.camera_id, line.gone.segments, line.held.segments) == (plan.pk, 2, 1)
    assert line.gone.bytes == first.bytes + second.bytes
    assert (line.gone.start, line.gone.end) == (first.started_at, second.ended_at)
    assert line.first_at == first.expires_at
    assert [one.reference for one in line.holds] == ["permohonan-1"]


def test_tomorrow_ends_at_midnight_of_wib() -> None:
    end = leaving.end_of_tomorrow()
    assert f"{end:%H:%M %Z}" == "00:00 WIB"
    assert timedelta(days=1) < end - now() <= timedelta(days=2)


@pytest.mark.parametrize("held", [False, True])
def test_only_free_footage_is_late(plan: RecordingPlan, *, held: bool) -> None:
    assert leaving.oldest_past_term() is None
    row = ending(plan, -2, 200)
    ending(plan, -1, 100)
    if held:
        hold_on(row)
    late = leaving.oldest_past_term()
    assert late is not None
    assert late.camera == plan.camera.name
    assert round((now() - late.expires_at) / timedelta(hours=1), 2) == (1 if held else 2)
