from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from cctvportal.accounts.access import SYSTEM
from cctvportal.common.clock import now
from recordings.enums import AlarmKind
from recordings.models import Alarm, RecordingPlan, VolumeReading
from recordings.services import alarms, volumes
from recordings.services.watch import watch
from recordings.services.watching.room import data_folder, read, running_out
from tests.factories.recordings import PlanFactory, VolumeFactory
from tests.mounts import Filler, small_disk
from tests.recordings.services.watching.rows import look, opened, recorded

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import Settings

pytestmark = pytest.mark.django_db
KIND = AlarmKind.FORECAST_LOW
GB = 10**9
SMALL = 4 << 20


def test_each_node_reads_its_own_volumes(data_dir: Path) -> None:
    here, gone, elsewhere = VolumeFactory(), VolumeFactory(), VolumeFactory(node="node-2")
    volumes.prepare(here)
    read(look())
    reading = VolumeReading.objects.get(pk=here.pk)
    assert reading.free_bytes is not None
    assert 0 < reading.free_bytes <= (reading.total_bytes or 0)
    missing = VolumeReading.objects.get(pk=gone.pk)
    assert missing.free_bytes is None
    assert "tidak terpasang" in missing.problem
    assert not VolumeReading.objects.filter(pk=elsewhere.pk).exists()


@pytest.fixture
def plan() -> RecordingPlan:
    """A camera that brings 10 GB a day, on a volume on which 55 GB are free."""
    row: RecordingPlan = PlanFactory()
    recorded(row, now() - timedelta(hours=2), 10, length=timedelta(minutes=12), bytes=GB // 12)
    VolumeReading.objects.create(volume=row.volume, read_at=now(), free_bytes=55 * GB)
    return row


@pytest.mark.parametrize(("limit", "told"), [(6, True), (5, False)])
def test_a_volume_that_is_soon_full_is_told(
    plan: RecordingPlan, settings: Settings, limit: int, *, told: bool
) -> None:
    settings.FORECAST_DAYS = limit
    found = running_out(look())
    assert bool(found) is told
    reading = VolumeReading.objects.get()
    assert reading.forecast is not None
    assert reading.forecast["days"] == 5
    assert reading.forecast["per_day"] == pytest.approx(10 * GB, rel=0.01)


def test_one_that_was_told_stays_until_there_is_room_for_two_days_more(
    plan: RecordingPlan, settings: Settings
) -> None:
    settings.FORECAST_DAYS = 5
    known = opened(KIND, plan.volume_id)
    (found,) = running_out(look(open=known))
    assert (found.subject, found.facts["days"]) == (str(plan.volume_id), 5)
    VolumeReading.objects.update(free_bytes=75 * GB)
    assert running_out(look(open=known)) == []


def test_a_volume_that_cannot_be_read_has_no_forecast(plan: RecordingPlan) -> None:
    VolumeReading.objects.update(free_bytes=None)
    assert running_out(look()) == []
    assert VolumeReading.objects.get().forecast is None


def test_a_data_folder_without_room_for_keys_is_told_until_there_is_some_more(
    data_dir: Path, settings: Settings
) -> None:
    assert data_folder(look()) == []
    with small_disk(data_dir, SMALL):
        filler = Filler(data_dir)
        filler.leave(SMALL // 25)
        (found,) = data_folder(look())
        assert (found.kind, found.subject) == (AlarmKind.BELOW_FLOOR, "data:node-1")
        filler.go()
        filler.leave(SMALL // 19)
        assert data_folder(look()) == []
        assert data_folder(look(open=opened(AlarmKind.BELOW_FLOOR, "data:node-1")))
        settings.NODE_NAME = "node-2"
        assert data_folder(look(open=opened(AlarmKind.BELOW_FLOOR, "data:node-1"))) == []


def test_only_its_own_node_ends_the_alarm_of_a_data_folder(data_dir: Path) -> None:
    for subject in ("data:node-1", "data:node-2", str(uuid4())):
        alarms.raise_(AlarmKind.BELOW_FLOOR, subject, by=SYSTEM)
    watch(by=SYSTEM)
    left = Alarm.objects.filter(kind=AlarmKind.BELOW_FLOOR, cleared_at=None)
    assert left.count() == 2
    assert not left.filter(subject="data:node-1").exists()
