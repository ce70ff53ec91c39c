"""The checker beside a recorder, a purge and the seals: what is on its way is no violation."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from cctvportal.accounts.access import SYSTEM
from cctvportal.common.clock import ago
from recordings.models import Segment
from recordings.services import custody, expiry
from recordings.services.reconcile import MIN_AGE
from recordings.services.verify import Level
from tests.concurrency import in_threads
from tests.factories.recordings import PlanFactory, stored_segment
from tests.recordings.services.verify.looking import look, told

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.race, pytest.mark.usefixtures("race_db")]
ROUNDS = 12


def test_checker_raises_no_false_alarm(data_dir: Path) -> None:
    plan, over = PlanFactory(), threading.Event()

    def fill(first: int, count: int) -> None:
        for n in range(first, first + count):
            start = ago(86_400) + timedelta(minutes=2 * n)
            # Every other one goes with the next purge.
            expires = ago(1) if n % 2 else ago(-86_400)
            stored_segment(plan.camera, plan.volume, start, expires_at=expires)

    def work() -> int:
        for round_ in range(ROUNDS):
            fill(20 * (round_ + 1), 20)
            custody.seal_hours(by=SYSTEM)
            expiry.purge_expired(by=SYSTEM)
        over.set()
        return ROUNDS

    def watch() -> list[list[tuple[str, str, str]]]:
        found = []
        while not over.is_set():
            found.append(told(look(Level.HASH, min_age=MIN_AGE)))
        return found

    fill(0, 20)
    worked, seen = in_threads(work, watch, patience=240)
    assert worked == ROUNDS
    assert isinstance(seen, list), seen
    assert [one for one in seen if one] == []
    assert len(seen) >= 3
    assert told(look(Level.HASH)) == []
    assert Segment.objects.filter(state="PURGED").count() == 10 * (ROUNDS + 1)
