from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from cctvportal.common import words

MORNING = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # 08.00 WIB, a Monday


def test_date_time_says_weekday_and_zone() -> None:
    assert words.date_time(MORNING) == "Senin, 23 November 2026, 08.00\u00a0WIB"


def test_date_time_late_in_utc_is_next_day_in_wib() -> None:
    late = datetime(2026, 11, 23, 17, 30, tzinfo=UTC)
    assert words.date_time(late) == "Selasa, 24 November 2026, 00.30\u00a0WIB"


def test_short_leaves_year_and_zone_to_the_heading() -> None:
    assert words.short(MORNING) == "23 Nov, 08.00"


def test_hours_of_one_day_are_joined_by_en_dash() -> None:
    assert words.hours(MORNING, MORNING + timedelta(hours=4)) == "08.00–12.00\u00a0WIB"


def test_hours_past_midnight_say_both_dates() -> None:
    evening = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
    said = words.hours(evening, evening + timedelta(hours=4))
    assert said == ("23 November 2026, 22.00\u00a0WIB sampai 24 November 2026, 02.00\u00a0WIB")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "kurang dari 1 detik"),
        (0.4, "kurang dari 1 detik"),
        (45, "45 detik"),
        (252, "4 menit 12 detik"),
        (5400, "1 jam 30 menit"),
        (3605, "1 jam 5 detik"),
        (86400 + 3 * 3600 + 60, "1 hari 3 jam"),
    ],
)
def test_duration_in_two_largest_units(seconds: float, said: str) -> None:
    assert words.duration(seconds) == said
    assert words.duration(timedelta(seconds=seconds)) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-30, "sebentar lagi"),
        (0, "baru saja"),
        (59, "baru saja"),
        (60, "1 menit lalu"),
        (5 * 3600 + 1800, "5 jam lalu"),
        (-5 * 3600, "5 jam lagi"),
        (2 * 86400, "2 hari lalu"),
    ],
)
def test_ago_in_largest_unit(seconds: float, said: str) -> None:
    with time_machine.travel(MORNING, tick=False):
        assert words.ago(MORNING - timedelta(seconds=seconds)) == said


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0\u00a0B"),
        (999, "999\u00a0B"),
        (84_400, "84\u00a0KB"),
        (999_499, "999\u00a0KB"),
        (999_600, "1\u00a0MB"),
        (3_700_000_000, "3,7\u00a0GB"),
        (4_000_000_000, "4\u00a0GB"),
        (465_200_000_000, "465\u00a0GB"),
        (2_500_000_000_000_000, "2.500\u00a0TB"),
    ],
)
def test_size_counts_as_disk_labels_do(count: int, said: str) -> None:
    assert words.size(count) == said


@pytest.mark.parametrize(("value", "said"), [(1284, "1.284"), (3.7, "3,7"), (4.0, "4"), (-5, "-5")])
def test_number_has_point_between_thousands(value: float, said: str) -> None:
    assert words.number(value) == said


def test_nip_falls_into_four_groups() -> None:
    assert words.nip("199001012020121001") == "19900101\u00a0202012\u00a01\u00a0001"
    assert words.nip("123") == "123"
