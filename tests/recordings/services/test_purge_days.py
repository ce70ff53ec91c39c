"""The certificate of a day says what went that day, once, and only when the day is over."""

from __future__ import annotations

import hashlib
from datetime import datetime, time, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.db.utils import InternalError

from cctvportal.accounts.access import SYSTEM
from cctvportal.audit.models import Entry
from cctvportal.common.clock import WIB, now
from recordings import tasks
from recordings.models import PurgeDay, RecordingPlan, Segment
from recordings.services import clockguard, expiry, purge_days
from tests.factories.recordings import PlanFactory, hold_on, stored_segment

MONDAY = datetime(2026, 11, 23, tzinfo=WIB).date()


def at(hour: int, days: int = 0) -> datetime:
    return datetime.combine(MONDAY + timedelta(days=days), time(hour), tzinfo=WIB)


@pytest.fixture
def calm(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock is the test's own, so the guard has nothing to compare it with."""
    monkeypatch.setattr(clockguard, "check", lambda: None)


def expired(plan: RecordingPlan, count: int = 1, late: float = 5) -> list[Segment]:
    """Segments whose term ended so many minutes ago."""
    begin = now() - timedelta(hours=3)
    return [
        stored_segment(
            plan.camera,
            plan.volume,
            begin + timedelta(minutes=n),
            expires_at=now() - timedelta(minutes=late),
            body=f"{plan.pk} {n}".encode(),
        )
        for n in range(count)
    ]


@pytest.fixture
def purged(plan: RecordingPlan, calm: None) -> list[Segment]:
    """On Monday three segments of one camera and one of another went; one is held."""
    with time_machine.travel(at(10), tick=False):
        gone = expired(plan, 3)
        expiry.purge_expired(by=SYSTEM)
    with time_machine.travel(at(15), tick=False):
        other = PlanFactory()
        gone += expired(other, 1, late=20)
        hold_on(expired(plan, 1)[0])
        expiry.purge_expired(by=SYSTEM)
    return gone


def test_a_day_that_is_over_gets_its_certificate(purged: list[Segment]) -> None:
    with time_machine.travel(at(23), tick=False):
        assert purge_days.certify(by=SYSTEM) == []
    with time_machine.travel(at(1, days=1), tick=False):
        (row,) = purge_days.certify(by=SYSTEM)
        assert purge_days.certify(by=SYSTEM) == []
    assert (row.day, row.segments, row.runs, row.held_back) == (MONDAY, 4, 2, 1)
    assert row.bytes == sum(one.bytes for one in purged)
    assert sorted(one["segments"] for one in row.cameras) == [1, 3]
    assert row.slowest_s == 20 * 60
    assert row.epoch_before is not None
    assert row.epoch_after is not None
    assert row.epoch_before < row.epoch_after
    entry = Entry.objects.get(action="purge.certified")
    assert entry.facts["fingerprint"] == row.fingerprint


def test_the_fingerprint_can_be_reckoned_again_from_the_rows(purged: list[Segment]) -> None:
    with time_machine.travel(at(1, days=1), tick=False):
        (row,) = purge_days.certify(by=SYSTEM)
    by_camera = sorted(purged, key=lambda one: (one.camera.name, one.camera_id, one.started_at))
    lines = "".join(f"{one.sha256}\n" for one in by_camera)
    assert row.fingerprint == hashlib.sha256(lines.encode()).hexdigest()


def test_every_day_that_was_missed_is_made_up_for(plan: RecordingPlan, calm: None) -> None:
    for day in (0, 1, 3):
        with time_machine.travel(at(10, days=day), tick=False):
            expired(plan)
            expiry.purge_expired(by=SYSTEM)
    with time_machine.travel(at(12, days=3), tick=False):
        made = purge_days.certify(by=SYSTEM)
    assert [row.day for row in made] == [MONDAY, MONDAY + timedelta(days=1)]
    with time_machine.travel(at(1, days=4), tick=False):
        tasks.certify()
    assert PurgeDay.objects.count() == 3


def test_a_certificate_stays_as_it_was_made(purged: list[Segment]) -> None:
    with time_machine.travel(at(1, days=1), tick=False):
        (row,) = purge_days.certify(by=SYSTEM)
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        PurgeDay.objects.filter(pk=row.pk).update(segments=1)
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        row.delete()


def test_by_a_doubtful_clock_no_day_is_over(
    purged: list[Segment], monkeypatch: pytest.MonkeyPatch
) -> None:
    def doubt() -> None:
        raise clockguard.ClockDoubtful("Jam komputer melompat.")

    monkeypatch.setattr(clockguard, "check", doubt)
    with time_machine.travel(at(1, days=1), tick=False):
        tasks.certify()
    assert not PurgeDay.objects.exists()
