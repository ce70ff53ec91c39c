"""Days left, against examples that were reckoned by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cctvportal.accounts.access import SYSTEM
from cctvportal.common.clock import now
from recordings.enums import HoldKind
from recordings.models import RecordingPlan
from recordings.services import holds
from recordings.services.forecast import Inflow, days_left, forecasts
from tests.factories.recordings import PlanFactory
from tests.recordings.services.watching.rows import recorded

DAY = timedelta(days=1)
TEN = [Inflow(per_day=10, keep_days=30)]
# Twenty days of footage lie there, the oldest of which goes in ten days.
TWENTY_DAYS = dict.fromkeys(range(10, 30), 10)


@pytest.mark.parametrize(
    ("free", "inflows", "going", "days"),
    [
        # 10 a day into 55: after five days 5 are left, the sixth day needs 10.
        (55, TEN, {}, 5),
        # Into exactly 50: five whole days, and nothing for the sixth.
        (50, TEN, {}, 5),
        # By the tenth day 100 came in; from then on 10 go for each 10 that come.
        (100, TEN, TWENTY_DAYS, None),
        (99, TEN, TWENTY_DAYS, 9),
        # The footage of the tenth day is held: on the eleventh day 10 are missing.
        (100, TEN, dict.fromkeys(range(11, 30), 10), 10),
        # A term of thirty days needs room for thirty days, and no more.
        (300, TEN, {}, None),
        (299, TEN, {}, 29),
        # Ten minutes of term hold a hundred and forty-fourth of a day.
        (1, [Inflow(per_day=144, keep_days=1 / 144)], {}, None),
        # Two cameras of different terms: 10 + 20 a day for three days, then 10 a day to 30 days.
        (330, [*TEN, Inflow(per_day=20, keep_days=3)], {}, 27),
        (360, [*TEN, Inflow(per_day=20, keep_days=3)], {}, None),
        (-1, [], {}, 0),
        (0, [], {}, None),
    ],
)
def test_days_left(
    free: int, inflows: list[Inflow], going: dict[int, int], days: int | None
) -> None:
    assert days_left(free, inflows, going) == days


@pytest.fixture
def plan(db: None) -> RecordingPlan:
    """Four days of 1,000 a day with a term of six: the first goes in two days."""
    row: RecordingPlan = PlanFactory(keep_for=6 * DAY)
    for day in range(4):
        start = now() - (4 - day) * DAY + timedelta(minutes=1)
        recorded(row, start, 100, length=timedelta(minutes=14.4), bytes=10)
    return row


def test_forecast_from_rows(plan: RecordingPlan) -> None:
    found = forecasts({plan.volume_id: 2_500}, now())[plan.volume_id]
    assert (found.days, found.free, found.unknown) == (None, 2_500, 0)
    assert found.per_day == pytest.approx(1_000, rel=0.01)
    assert (found.going, found.held) == (4_000, 0)
    assert forecasts({plan.volume_id: 1_500}, now())[plan.volume_id].days == 1


def test_held_footage_does_not_make_room(plan: RecordingPlan) -> None:
    first = now() - 4 * DAY
    for number in range(2):
        holds.place(
            camera_ids=[plan.pk], start=first, end=first + timedelta(hours=24 + number),
            kind=HoldKind.REQUEST, reference=f"permohonan-{number}", by=SYSTEM,
        )  # fmt: skip
    found = forecasts({plan.volume_id: 2_500}, now())[plan.volume_id]
    # Twenty-five hours of a hundred segments a day, each counted once, whoever else holds it.
    assert found.held == pytest.approx(1_040, abs=20)
    assert found.days == 2


def test_what_is_being_removed_counts_as_room(plan: RecordingPlan) -> None:
    plan.camera.segments.filter(started_at__lt=now() - 3 * DAY).update(state="DOOMED")
    found = forecasts({plan.volume_id: 1_500}, now())[plan.volume_id]
    assert found.days == 2, "1,000 more today, and 1,000 less in two days"


def test_cameras_without_footage_are_counted_as_unknown_and_others_not_at_all(
    plan: RecordingPlan,
) -> None:
    PlanFactory(volume=plan.volume)
    PlanFactory(volume=plan.volume, camera__enabled=False)
    PlanFactory()
    assert forecasts({plan.volume_id: 2_500}, now())[plan.volume_id].unknown == 1


def test_a_camera_that_was_away_is_reckoned_by_what_it_sends_when_it_sends(db: None) -> None:
    row: RecordingPlan = PlanFactory()
    recorded(row, now() - 3 * DAY, 100, length=timedelta(minutes=14.4), bytes=10)
    found = forecasts({row.volume_id: 2_500}, now())[row.volume_id]
    assert found.per_day == pytest.approx(1_000, rel=0.01)
    assert found.days == 2
