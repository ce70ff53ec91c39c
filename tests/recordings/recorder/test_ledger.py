"""The ledger goes on with its books and leases whatever one piece of work does."""

from __future__ import annotations

import errno
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from django.db import OperationalError

from recordings.models import RecordingPlan
from recordings.recorder.ledger import Ledger
from tests.factories.recordings import PlanFactory
from tests.recordings.recorder.watching import eventually

if TYPE_CHECKING:
    from recordings.models import Volume


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


def owner() -> str:
    return RecordingPlan.objects.get().owner


def test_a_sick_disk_at_the_head_of_the_queue_stops_no_note(ledger: Ledger) -> None:
    def sick() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    done = threading.Event()
    ledger.later(sick)
    ledger.later(done.set)
    assert done.wait(5)
    assert eventually(owner) == "node-1"


def test_leases_are_renewed_while_a_note_waits(ledger: Ledger) -> None:
    def waits() -> None:
        raise OperationalError("canceling statement due to lock timeout")

    ledger.later(waits)
    assert eventually(owner) == "node-1"
    first = RecordingPlan.objects.get().lease_until
    assert first is not None
    assert eventually(lambda: (RecordingPlan.objects.get().lease_until or first) > first)
