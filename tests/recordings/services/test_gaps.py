"""What was not recorded is booked once, and no longer than it was."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from cctvportal.accounts.access import SYSTEM
from cctvportal.common.clock import ago, now
from recordings.enums import GapCause
from recordings.models import Gap, RecordingPlan
from recordings.services import gaps
from tests.factories.recordings import stored_segment

if TYPE_CHECKING:
    from recordings.models import Segment

START = ago(3600).replace(microsecond=0)
Times = list[tuple[float, float | None]]


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def book(plan: RecordingPlan, *times: tuple[float, float | None]) -> None:
    for start, end in times:
        Gap.objects.create(
            camera=plan.camera,
            cause=GapCause.OFFLINE,
            started_at=at(start),
            ended_at=None if end is None else at(end),
        )


def booked() -> Times:
    found = Gap.objects.order_by("started_at").values_list("started_at", "ended_at")
    return [
        ((start - START).total_seconds(), (end - START).total_seconds() if end else None)
        for start, end in found
    ]


def recorded(plan: RecordingPlan, start: float, end: float, state: str = "READY") -> Segment:
    return stored_segment(plan.camera, plan.volume, at(start), seconds=end - start, state=state)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([(100.0, None)], [(160.0, None)]),
        ([(99.0, 200.0)], [(160.0, 200.0)]),
        ([(50.0, 130.0)], [(50.0, 100.0)]),
        ([(98.5, 100.1)], [(98.5, 100.0)]),
        ([(110.0, 150.0)], []),
        ([(50.0, 200.0)], [(50.0, 100.0), (160.0, 200.0)]),
        ([(50.0, None)], [(50.0, 100.0), (160.0, None)]),
        ([(10.0, 90.0)], [(10.0, 90.0)]),
    ],
)
def test_footage_that_turns_up_is_cut_out_of_what_was_booked(
    plan: RecordingPlan, before: Times, after: Times
) -> None:
    book(plan, *before)
    gaps.shrink(plan.camera_id, start=at(100), end=at(160), by=SYSTEM)
    assert booked() == after


def test_recorder_that_lost_the_camera_is_not_listened_to(plan: RecordingPlan) -> None:
    RecordingPlan.objects.update(fence=5)
    for fence, expected in ((4, 0), (5, 1)):
        cause, since = GapCause.STALLED, at(0)
        gaps.open_gap(plan.camera_id, cause=cause, since=since, fence=fence, by=SYSTEM)
        assert Gap.objects.count() == expected
    gaps.close_gap(plan.camera_id, at=at(9), fence=4, by=SYSTEM)
    assert booked() == [(0.0, None)]
    gaps.close_gap(plan.camera_id, at=at(9), fence=5, by=SYSTEM)
    assert booked() == [(0.0, 9.0)]


def test_silence_that_nobody_opened_is_booked_when_footage_returns(plan: RecordingPlan) -> None:
    recorded(plan, 0, 60)
    gaps.close_gap(plan.camera_id, at=at(61), by=SYSTEM)
    assert booked() == []
    for moment in (67.5, 67.0, 67.0):  # told roughly, well, and again
        gaps.close_gap(plan.camera_id, at=at(moment), by=SYSTEM)
    assert booked() == [(60.0, 67.0)]


def test_only_what_is_neither_recorded_nor_booked_is_a_hole(plan: RecordingPlan) -> None:
    recorded(plan, 0, 60)
    recorded(plan, 60.4, 120)
    recorded(plan, 150, 210)
    recorded(plan, 300, 360)
    book(plan, (220.0, 260.0))
    found = gaps.book_holes(plan.camera_id, start=at(0), end=at(3600), by=SYSTEM)
    assert (found, booked()) == (
        3,
        [(120.0, 150.0), (210.0, 220.0), (220.0, 260.0), (260.0, 300.0)],
    )
    assert gaps.book_holes(plan.camera_id, start=at(0), end=at(3600), by=SYSTEM) == 0


def test_footage_that_is_being_removed_leaves_no_hole(plan: RecordingPlan) -> None:
    recorded(plan, 0, 60)
    recorded(plan, 60, 120, state="OVERLAP")
    recorded(plan, 120, 180)
    assert gaps.book_holes(plan.camera_id, start=at(0), end=at(3600), by=SYSTEM) == 0


def test_footage_that_a_wrong_clock_put_into_the_future_moves_no_gap(plan: RecordingPlan) -> None:
    recorded(plan, 0, 60)
    stored_segment(plan.camera, plan.volume, now() + timedelta(days=365), seconds=60, state="READY")
    gaps.open_gap(plan.camera_id, cause=GapCause.OFFLINE, since=at(60), by=SYSTEM)
    assert booked()[-1] == (60.0, None)
