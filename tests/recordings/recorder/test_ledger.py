"""The ledger goes on with its books and leases whatever one piece of work does."""

from __future__ import annotations

import errno
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.db import OperationalError

from cctvportal.common.clock import ago, now
from recordings.models import Alarm, Gap, RecordingPlan
from recordings.recorder import notes
from recordings.recorder.ledger import Ledger
from recordings.recorder.notes import GapOpened
from recordings.services import leases
from tests.factories.recordings import PlanFactory, stored_segment
from tests.recordings.recorder.watching import away, eventually

if TYPE_CHECKING:
    from recordings.models import Volume
    from tests.conftest import RaceDatabase


@pytest.fixture
def ledger(volume: Volume) -> Iterator[Ledger]:
    """One that runs in its thread, over one camera that nobody records."""
    PlanFactory(volume=volume)
    made, stop = Ledger("node-1"), threading.Event()
    made.tell = lambda *_: None
    thread = threading.Thread(target=made.run, args=(stop,))
    thread.start()
    yield made
    stop.set()
    made.wake()
    thread.join(10)


@dataclass(frozen=True, slots=True)
class Never(GapOpened):
    """A gap that the database refuses as if it were away."""

    tries: list[int] = field(default_factory=lambda: [0])

    def write(self) -> None:
        self.tries[0] += 1
        raise OperationalError("could not extend file")


def owner() -> str:
    return leases.node_of(RecordingPlan.objects.get().owner)


def test_a_sick_disk_at_the_head_of_the_queue_stops_no_note(ledger: Ledger) -> None:
    def sick() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    done = threading.Event()
    ledger.later(sick)
    ledger.later(done.set)
    assert done.wait(5)
    assert eventually(owner) == "node-1"


def test_note_that_the_database_always_refuses_is_set_aside_and_stops_no_other(
    ledger: Ledger, data_dir: Path
) -> None:
    plan = RecordingPlan.objects.get()
    never = Never(plan.pk, 1, "OFFLINE", ago(60), "")
    done = threading.Event()
    ledger.later(never)
    ledger.later(done.set)
    assert done.wait(40)
    (path,) = (data_dir / "ledger").iterdir()
    assert json.loads(path.read_text())["camera"] == plan.pk
    assert never.tries[0] >= 5


def test_note_that_was_set_aside_is_written_when_it_can_be(
    ledger: Ledger, data_dir: Path, volume: Volume
) -> None:
    plan = RecordingPlan.objects.get()
    for seconds in (600, 300):
        stored_segment(plan.camera, volume, ago(seconds))
    notes.set_aside(GapOpened(plan.pk, 1, "OFFLINE", ago(540), "Kamera tidak tersambung."))
    (data_dir / "ledger" / "9.json").write_text("{}")
    assert notes.try_again() == 0
    gap = Gap.objects.get(cause="OFFLINE")
    assert gap.ended_at is not None
    assert 230 < (gap.ended_at - gap.started_at).total_seconds() < 250
    assert [path.name for path in (data_dir / "ledger").iterdir()] == ["9.unreadable"]


def test_outage_is_told_afterwards_with_its_times(volume: Volume, race_db: RaceDatabase) -> None:
    PlanFactory(volume=volume)
    ledger, stop = Ledger("node-1"), threading.Event()
    ledger.tell = lambda *_: None
    thread = threading.Thread(target=ledger.run, args=(stop,))
    thread.start()
    eventually(owner)
    with away(race_db):
        began = now()
        time.sleep(6)
    alarm = eventually(lambda: Alarm.objects.exclude(cleared_at=None).first())
    stop.set()
    ledger.wake()
    thread.join(10)
    assert (alarm.kind, alarm.subject) == ("DATABASE_AWAY", "node-1")
    assert abs((alarm.opened_at - began).total_seconds()) < 3
    assert alarm.cleared_at is not None
    assert (alarm.cleared_at - alarm.opened_at).total_seconds() > 3


def test_leases_are_renewed_while_a_note_waits(ledger: Ledger) -> None:
    def waits() -> None:
        raise OperationalError("canceling statement due to lock timeout")

    ledger.later(waits)
    assert eventually(owner) == "node-1"
    first = RecordingPlan.objects.get().lease_until
    assert first is not None
    assert eventually(lambda: (RecordingPlan.objects.get().lease_until or first) > first)
