"""A hold against the purge, with real connections: held footage is never lost."""

from __future__ import annotations

import random
import time
from datetime import timedelta
from pathlib import Path

import pytest

from cctvportal.accounts.access import SYSTEM
from cctvportal.common.clock import now
from recordings.enums import HoldKind, PurgeKind, SegmentState
from recordings.models import Hold, PurgeRun, Segment
from recordings.services import erase, holds
from tests.concurrency import in_threads
from tests.factories.recordings import PlanFactory, stored_segment

pytestmark = [pytest.mark.race, pytest.mark.usefixtures("race_db")]


def test_a_hold_and_a_purge_at_once_have_one_winner(data_dir: Path) -> None:
    plan = PlanFactory()
    chance, winners = random.Random(7), {"hold": 0, "purge": 0}
    for round_ in range(60):
        start = now() - timedelta(days=2) + timedelta(minutes=2 * round_)
        segment = stored_segment(plan.camera, plan.volume, start, expires_at=now())
        wait = chance.uniform(-0.004, 0.004)

        def place(segment: Segment = segment, wait: float = wait) -> str:
            time.sleep(max(0.0, wait))
            assert segment.started_at is not None
            holds.place(
                camera_ids=[segment.camera_id],
                start=segment.started_at,
                end=segment.started_at + timedelta(seconds=30),
                kind=HoldKind.REQUEST,
                reference=str(segment.pk),
                by=SYSTEM,
            )
            return Segment.objects.get(pk=segment.pk).state

        def purge(segment: Segment = segment, wait: float = wait) -> int:
            time.sleep(max(0.0, -wait))
            run = PurgeRun.objects.create(kind=PurgeKind.EXPIRY, started_at=now())
            return erase.doom(run, Segment.objects.filter(pk=segment.pk), by=SYSTEM)

        state, doomed = in_threads(place, purge)
        segment.refresh_from_db()
        held = Hold.objects.filter(reference=str(segment.pk)).exists()
        assert held
        if state == SegmentState.READY:
            assert segment.state == SegmentState.READY, "the hold was told it won, and it did"
            assert doomed == 0
            winners["hold"] += 1
        else:
            assert segment.state == SegmentState.DOOMED
            winners["purge"] += 1
    assert min(winners.values()) > 0, winners
