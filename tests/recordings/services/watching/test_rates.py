from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from cctvportal.common.clock import WIB
from recordings.enums import AlarmKind
from recordings.models import RecordingPlan
from recordings.services.watching.rates import unusual
from tests.factories.recordings import PlanFactory
from tests.recordings.services.watching.rows import look, opened, recorded

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 24, 12, 5, tzinfo=WIB)
LAST_HOUR = datetime(2026, 11, 24, 11, tzinfo=WIB)
DAY = timedelta(days=1)
SIX = timedelta(minutes=6)
KIND = AlarmKind.RATE_UNUSUAL


@pytest.fixture
def plan() -> RecordingPlan:
    """Usually 1,000 bytes in each of the ten parts of this hour; once ten times as much."""
    row: RecordingPlan = PlanFactory()
    for day in range(1, 6):
        recorded(row, LAST_HOUR - day * DAY, 10, length=SIX, bytes=10_000 if day == 2 else 1_000)
    return row


@pytest.mark.parametrize(("size", "told"), [(400, 1), (600, 0), (1_900, 0), (2_100, 1)])
def test_under_half_or_over_twice_the_usual(plan: RecordingPlan, size: int, told: int) -> None:
    recorded(plan, LAST_HOUR, 10, length=SIX, bytes=size)
    found = unusual(look(NOON))
    assert len(found) == told
    for one in found:
        assert one.facts == {"now_bytes": 10 * size, "usual_bytes": 10_000}


@pytest.mark.parametrize(("size", "told"), [(550, 1), (650, 0), (1_800, 1), (1_600, 0)])
def test_one_that_was_told_stays_until_it_is_well_inside(
    plan: RecordingPlan, size: int, told: int
) -> None:
    recorded(plan, LAST_HOUR, 10, length=SIX, bytes=size)
    assert len(unusual(look(NOON, open=opened(KIND, plan.pk)))) == told


def test_an_hour_with_a_gap_is_not_unusual_for_being_short(plan: RecordingPlan) -> None:
    recorded(plan, LAST_HOUR, 3, length=SIX)
    assert unusual(look(NOON)) == []


def test_a_few_minutes_say_nothing(plan: RecordingPlan) -> None:
    recorded(plan, LAST_HOUR, 1, length=SIX, bytes=1)
    assert unusual(look(NOON)) == []


def test_without_three_days_there_is_no_usual() -> None:
    row = PlanFactory()
    for day in range(3):
        recorded(row, LAST_HOUR - day * DAY, 10, length=SIX, bytes=1 if day == 0 else 1_000)
    assert unusual(look(NOON)) == []
    recorded(row, LAST_HOUR - 3 * DAY, 10, length=SIX)
    assert len(unusual(look(NOON))) == 1


def test_what_went_since_still_counts_as_usual(plan: RecordingPlan) -> None:
    plan.camera.segments.filter(started_at__lt=LAST_HOUR).update(state="DOOMED")
    recorded(plan, LAST_HOUR, 10, length=SIX, bytes=100)
    asked = look(NOON)
    assert len(unusual(asked)) == 1
    assert asked.noted["rates"] == {str(plan.pk): 1_000}
