"""The daily look: everything once in thirty days, damage marked and told, nothing removed."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from django.db import connections

from cctvportal.accounts.access import SYSTEM
from cctvportal.audit.models import Entry
from cctvportal.common import clock
from cctvportal.common.clock import ago
from recordings.enums import AlarmKind, Damage, SegmentState
from recordings.media.keystore import SegmentRef
from recordings.models import Alarm, Checkup, Segment
from recordings.services import checkup, volumes
from tests.factories.recordings import PlanFactory, stored_segment
from tests.killing import killed_at

if TYPE_CHECKING:
    from pytest_django import Settings

    from recordings.models import RecordingPlan
    from tests.conftest import RaceDatabase

WIDTH = (1 << 128) // checkup.SLICES


def stored(plan: RecordingPlan, slice_: int, minutes: int = 60) -> Segment:
    """Footage whose uuid lies in this slice."""
    return stored_segment(
        plan.camera, plan.volume, ago(70 * minutes), pk=UUID(int=slice_ * WIDTH + minutes)
    )


def file_of(segment: Segment) -> Path:
    return Path(segment.volume.path) / segment.relative_path


def day_done(days: int = 0) -> Checkup:
    """All steps of the day that many days from now."""
    with clock.shifted(timedelta(days=days)):
        found = checkup.step(by=SYSTEM)
        while again := checkup.step(by=SYSTEM):
            found = again
    assert found is not None
    return found


def open_alarms() -> set[str]:
    return set(Alarm.objects.filter(cleared_at=None).values_list("kind", flat=True))


def test_thirty_days_read_each_file_once(plan: RecordingPlan) -> None:
    rows = [stored(plan, slice_, 60 + slice_) for slice_ in range(checkup.SLICES)]
    read = []
    for day in range(checkup.SLICES):
        done = day_done(day)
        assert done.finished_at is not None
        read.append((done.slice, done.files, done.bytes))
    assert read == [(slice_, 1, rows[slice_].bytes) for slice_ in range(checkup.SLICES)]
    assert day_done(checkup.SLICES).slice == 0
    assert Entry.objects.filter(action="store.checked").count() == checkup.SLICES + 1


def test_day_is_looked_at_once(plan: RecordingPlan) -> None:
    stored(plan, 0)
    assert day_done().files == 1
    assert checkup.step(by=SYSTEM) is None


@pytest.mark.parametrize("damage", Damage)
def test_damaged_footage_is_marked_and_told_and_stays(plan: RecordingPlan, damage: Damage) -> None:
    row = stored(plan, 0)
    path = file_of(row)
    if damage == Damage.MISSING:
        path.unlink()
    elif damage == Damage.CHANGED:
        path.write_bytes(path.read_bytes().upper())
    elif damage == Damage.UNREADABLE:
        path.unlink()
        path.symlink_to("/dev/null")
    else:
        ref = SegmentRef(row.camera.uuid, row.key_day, row.pk)
        volumes.keystore().destroy([ref])
    done = day_done()
    row.refresh_from_db()
    assert (row.state, row.damage, done.damaged) == (SegmentState.READY, damage, 1)
    assert row.damaged_at is not None
    entry = Entry.objects.get(action="segment.damaged")
    assert entry.facts == {"camera": row.camera_id, "damage": damage}
    assert AlarmKind.DAMAGED in open_alarms()
    day_done(1)
    assert Entry.objects.filter(action="segment.damaged").count() == 1


def test_file_that_is_sound_again_loses_its_mark(plan: RecordingPlan) -> None:
    row = stored(plan, 0)
    away = file_of(row).with_name("dipinjam")
    file_of(row).rename(away)
    day_done()
    away.rename(file_of(row))
    day_done(1)
    row.refresh_from_db()
    assert (row.damaged_at, row.damage) == (None, "")
    assert Entry.objects.filter(action="segment.sound", subject_id=str(row.pk)).count() == 1
    assert open_alarms() == set()


def test_unexplained_file_is_an_alarm_until_it_is_gone(plan: RecordingPlan) -> None:
    stray = Path(plan.volume.path) / "aneh.mp4"
    stray.write_text("")
    os.utime(stray, (ago(86400).timestamp(),) * 2)
    assert day_done().violations == 1
    assert open_alarms() == {AlarmKind.UNEXPLAINED}
    stray.unlink()
    assert day_done(1).violations == 0
    assert open_alarms() == set()


def test_disk_that_is_away_damages_nothing(plan: RecordingPlan) -> None:
    row = stored(plan, 0)
    Path(plan.volume.path).rename(f"{plan.volume.path}-away")
    done = day_done()
    row.refresh_from_db()
    assert (done.files, done.away, done.damaged, row.damage) == (0, 1, 0, "")
    assert open_alarms() == {AlarmKind.UNEXPLAINED}


def test_rate_ends_a_step_and_the_next_goes_on(plan: RecordingPlan, settings: Settings) -> None:
    settings.CHECKUP_BYTES_PER_SECOND = 1e-6
    for minutes in range(60, 60 + 2 * checkup._BATCH):
        stored(plan, 0, minutes)
    first = checkup.step(by=SYSTEM)
    assert first is not None
    assert (first.files, first.finished_at) == (checkup._BATCH, None)
    assert day_done().files == 2 * checkup._BATCH


def test_unfinished_slice_goes_on_the_next_day(plan: RecordingPlan, settings: Settings) -> None:
    settings.CHECKUP_BYTES_PER_SECOND = 1e-6
    for minutes in range(60, 60 + 2 * checkup._BATCH):
        stored(plan, 0, minutes)
    checkup.step(by=SYSTEM)
    with clock.shifted(timedelta(days=1)):
        checkup.step(by=SYSTEM)
        done = checkup.step(by=SYSTEM)
        assert done is not None
        assert (done.slice, done.files) == (0, 2 * checkup._BATCH)
        following = checkup.step(by=SYSTEM)
        assert following is not None
        assert following.slice == 1


def test_killed_step_is_done_again_and_counted_once(
    plan: RecordingPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_of(stored(plan, 0)).unlink()
    with killed_at("checkup.marked", monkeypatch):
        checkup.step(by=SYSTEM)
    assert not Segment.objects.exclude(damage="").exists()
    assert day_done().damaged == 1
    assert Entry.objects.filter(action="segment.damaged").count() == 1


@pytest.mark.race
def test_two_processes_do_not_read_the_same(race_db: RaceDatabase, data_dir: Path) -> None:
    stored(PlanFactory(), 0)
    with checkup._alone() as first:
        assert first
        other = connections.create_connection("default")
        try:
            with other.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
                assert cursor.fetchone()[0] >= 1
        finally:
            other.close()
    assert day_done().files == 1
