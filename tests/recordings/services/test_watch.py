from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from cctvportal.accounts.access import SYSTEM
from cctvportal.common.clock import now
from recordings.enums import AlarmKind
from recordings.models import Alarm, RecordingPlan, VolumeReading, WatchRound
from recordings.services import alarms, watch
from recordings.tasks import watch_results, watch_thoroughly
from tests.concurrency import in_threads
from tests.factories import books
from tests.recordings.services.watching.rows import recorded

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RaceDatabase


@pytest.fixture
def silent(db: None, data_dir: Path) -> RecordingPlan:
    return books.recording(last_frame_at=now() - timedelta(minutes=5))


def kinds() -> list[str]:
    return list(Alarm.objects.filter(cleared_at=None).values_list("kind", flat=True))


def test_what_is_found_is_raised_and_what_is_no_longer_found_is_cleared(
    silent: RecordingPlan,
) -> None:
    watch_results()
    watch_results()
    assert kinds() == [AlarmKind.SILENT_CAMERA]
    RecordingPlan.objects.update(last_frame_at=now())
    watch_results()
    assert kinds() == []
    assert alarms.recent().count() == 1


def test_alarms_of_others_are_left_alone(silent: RecordingPlan) -> None:
    alarms.raise_(AlarmKind.DATABASE_AWAY, "node-1", by=SYSTEM)
    RecordingPlan.objects.update(last_frame_at=now())
    watch_results()
    assert kinds() == [AlarmKind.DATABASE_AWAY]


def test_a_watch_that_ran_is_not_silent(silent: RecordingPlan) -> None:
    WatchRound.objects.create(looked_at=now() - timedelta(hours=1))
    assert alarms.current()[0].kind == AlarmKind.WATCH_SILENT
    watch_results()
    assert [row.kind for row in alarms.current()] == [AlarmKind.SILENT_CAMERA]


def test_the_thorough_part_runs_every_ten_minutes(silent: RecordingPlan) -> None:
    recorded(silent, now() - timedelta(hours=1))
    watch_results()
    assert WatchRound.objects.get().thorough_at is None
    watch_thoroughly()
    first = WatchRound.objects.get().thorough_at
    assert first is not None
    watch_thoroughly()
    assert WatchRound.objects.get().thorough_at == first
    WatchRound.objects.update(thorough_at=now() - timedelta(minutes=11))
    watch_thoroughly()
    assert WatchRound.objects.get().thorough_at != first
    assert VolumeReading.objects.get().problem, "nobody prepared that folder"


def test_a_part_that_has_not_run_for_half_a_day_is_told(silent: RecordingPlan) -> None:
    watch_results()
    watch_thoroughly()
    WatchRound.objects.update(thorough_at=now() - timedelta(hours=7))
    assert alarms.current()[0].kind == AlarmKind.WATCH_SILENT


def test_a_check_that_fails_keeps_its_alarms_and_no_round_counts(
    silent: RecordingPlan, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    alarms.raise_(AlarmKind.LATE_EXPIRY, by=SYSTEM)

    def broken(_look: object) -> list[object]:
        raise OSError("disk")

    checks = [
        watch.Check(broken, one.kinds) if AlarmKind.LATE_EXPIRY in one.kinds else one  # type: ignore[arg-type] # it only raises
        for one in watch.QUICK
    ]
    monkeypatch.setattr(watch, "QUICK", tuple(checks))
    with caplog.at_level(logging.ERROR):
        watch_results()
    assert set(kinds()) == {AlarmKind.LATE_EXPIRY, AlarmKind.SILENT_CAMERA}
    assert "the watch could not look at broken" in caplog.text
    assert WatchRound.objects.get().looked_at is None


@pytest.mark.race
def test_two_at_once_are_one(race_db: RaceDatabase, data_dir: Path) -> None:
    books.recording(last_frame_at=now() - timedelta(minutes=5))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [0x57415443])
        in_threads(watch_results, watch_results)
        assert not Alarm.objects.exists()
        cursor.execute("SELECT pg_advisory_unlock(%s)", [0x57415443])
    assert in_threads(watch_results, watch_results, watch_results) == [None] * 3
    assert Alarm.objects.count() == 1
