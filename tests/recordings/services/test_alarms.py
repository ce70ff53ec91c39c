from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from cctvportal.accounts.access import SYSTEM, NotAllowed
from cctvportal.audit.models import Entry
from cctvportal.common.clock import now
from cctvportal.common.errors import Conflict
from recordings.enums import AlarmKind
from recordings.models import Alarm, RecordingPlan, WatchRound
from recordings.services import alarms
from tests.concurrency import in_threads
from tests.conftest import RaceDatabase
from tests.factories import accounts
from tests.factories.devices import CameraFactory
from tests.factories.recordings import PlanFactory

KIND = AlarmKind.SILENT_CAMERA


def actions() -> list[str]:
    return list(Entry.objects.order_by("serial").values_list("action", flat=True))


@pytest.mark.django_db
def test_raised_twice_it_is_one_alarm_with_the_latest_facts() -> None:
    first = now() - timedelta(minutes=2)
    alarms.raise_(KIND, "7", {"n": 1}, first, by=SYSTEM)
    alarms.raise_(KIND, "7", {"n": 2}, now(), by=SYSTEM)
    alarm = Alarm.objects.get()
    assert (alarm.facts, alarm.opened_at) == ({"n": 2}, first)
    assert alarm.last_seen_at > first
    assert actions() == ["alarm.raised"]


@pytest.mark.django_db
def test_cleared_it_stays_as_history_and_may_come_again() -> None:
    alarms.raise_(KIND, "7", by=SYSTEM)
    assert alarms.clear(KIND, "7", by=SYSTEM)
    assert not alarms.clear(KIND, "7", by=SYSTEM)
    alarms.raise_(KIND, "7", by=SYSTEM)
    assert len(alarms.recent()) == 1
    assert Alarm.objects.filter(cleared_at=None).count() == 1
    assert actions() == ["alarm.raised", "alarm.cleared", "alarm.raised"]


@pytest.mark.django_db
def test_news_that_comes_late_neither_opens_nor_clears_anything() -> None:
    start = now() - timedelta(hours=1)
    minute = timedelta(minutes=1)
    alarms.raise_(KIND, "7", at=start, by=SYSTEM)
    alarms.clear(KIND, "7", at=start + 5 * minute, by=SYSTEM)
    assert alarms.raise_(KIND, "7", at=start, by=SYSTEM) is None
    assert alarms.raise_(KIND, "7", at=start + 4 * minute, by=SYSTEM) is None
    alarms.raise_(KIND, "7", at=start + 9 * minute, by=SYSTEM)
    assert not alarms.clear(KIND, "7", at=start + 5 * minute, by=SYSTEM)
    assert Alarm.objects.count() == 2
    assert Alarm.objects.filter(cleared_at=None).count() == 1


@pytest.mark.django_db
def test_an_earlier_beginning_that_becomes_known_later_counts() -> None:
    later = now()
    alarms.raise_(KIND, "7", {"n": 2}, later, by=SYSTEM)
    alarms.raise_(KIND, "7", {"n": 1}, later - timedelta(minutes=3), by=SYSTEM)
    alarm = Alarm.objects.get()
    assert alarm.opened_at == later - timedelta(minutes=3)
    assert (alarm.facts, alarm.last_seen_at) == ({"n": 2}, later)


@pytest.mark.django_db
def test_a_person_takes_care_and_the_next_hears_who() -> None:
    alarm = alarms.raise_(KIND, "7", by=SYSTEM)
    assert alarm is not None
    clerk, admin = accounts.officer(name="Petugas Contoh"), accounts.it_admin()
    alarms.take(alarm, by=clerk)
    alarms.take(alarm, by=clerk)
    with pytest.raises(Conflict, match="Petugas Contoh"):
        alarms.take(alarm, by=admin)
    with pytest.raises(NotAllowed):
        alarms.take(alarm, by=accounts.auditor())
    assert actions().count("alarm.taken") == 1


@pytest.mark.django_db
def test_what_is_over_cannot_be_taken() -> None:
    alarm = alarms.raise_(KIND, "7", by=SYSTEM)
    assert alarm is not None
    alarms.clear(KIND, "7", by=SYSTEM)
    with pytest.raises(Conflict, match="sudah selesai"):
        alarms.take(alarm, by=accounts.officer())


@pytest.mark.django_db
def test_a_silent_watch_is_told_by_whoever_looks() -> None:
    WatchRound.objects.create(looked_at=now() - timedelta(minutes=2))
    assert alarms.current() == []
    WatchRound.objects.update(looked_at=now() - timedelta(minutes=4))
    (silent,) = alarms.told(alarms.current())
    assert silent.row.pk is None
    assert "Terakhir selesai" in silent.what


@pytest.mark.django_db
def test_a_watch_that_never_ran_is_silent_once_the_portal_is_minutes_old() -> None:
    with time_machine.travel(now() - timedelta(minutes=2)):
        alarms.raise_(AlarmKind.DISK, "x", by=SYSTEM)
    assert [row.kind for row in alarms.current()] == [AlarmKind.DISK]
    with time_machine.travel(now() + timedelta(minutes=2)):
        assert alarms.current()[0].kind == AlarmKind.WATCH_SILENT


@pytest.mark.django_db
def test_the_urgent_come_first_and_names_are_those_of_today() -> None:
    WatchRound.objects.create(looked_at=now())
    camera = CameraFactory(name="Lobi timur")
    plan: RecordingPlan = PlanFactory()
    alarms.raise_(AlarmKind.FORECAST_LOW, str(plan.volume_id), {"days": 3}, by=SYSTEM)
    alarms.raise_(KIND, str(camera.pk), {"since_at": now().isoformat()}, by=SYSTEM)
    alarms.raise_(AlarmKind.DISK, "volume yang sudah tidak ada", by=SYSTEM)
    said = [one.what for one in alarms.told(alarms.current())]
    assert said[0].startswith("Lobi timur tidak mengirim gambar sejak")
    assert said[1].startswith("volume yang sudah tidak ada tidak dapat dipakai")
    assert said[2].startswith(f"{plan.volume.label} penuh kira-kira 3 hari lagi")


@pytest.mark.django_db
def test_each_is_counted_for_those_who_can_act_on_it() -> None:
    WatchRound.objects.create(looked_at=now())
    alarms.raise_(AlarmKind.PURGE_STOPPED, by=SYSTEM)
    alarms.raise_(AlarmKind.FORECAST_LOW, "x", by=SYSTEM)
    people = (accounts.approver(), accounts.officer(), accounts.it_admin(), accounts.auditor())
    assert [alarms.count_for(one) for one in people] == [1, 1, 2, 0]


@pytest.mark.race
def test_two_who_find_the_same_at_once_open_one_alarm(race_db: RaceDatabase) -> None:
    found = in_threads(*[lambda: alarms.raise_(KIND, "7", by=SYSTEM)] * 4)
    assert {type(one) for one in found} == {Alarm}
    assert Alarm.objects.count() == 1
    assert actions() == ["alarm.raised"]
