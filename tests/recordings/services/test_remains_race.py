"""A hold on what is torn, against the passage that clears it: one waits for the other."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from cctvportal.accounts.access import SYSTEM
from cctvportal.common.clock import ago, now
from recordings.enums import HoldKind, PurgeKind, SegmentState
from recordings.models import PurgeRun, RecordingPlan, Segment
from recordings.services import erase, holds, remains, volumes
from tests.concurrency import in_threads
from tests.factories.recordings import PlanFactory

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [pytest.mark.race, pytest.mark.usefixtures("race_db", "data_dir")]


def torn(plan: RecordingPlan) -> Segment:
    start = now() - timedelta(hours=2)
    volumes.prepare(plan.volume)
    return Segment.objects.create(
        camera=plan.camera,
        volume=plan.volume,
        state=SegmentState.LOST,
        fence=1,
        key_day=start.date(),
        prepared_at=start,
        started_at=start,
        ended_at=start + timedelta(minutes=1),
        expires_at=ago(60),
    )


def test_a_hold_comes_into_force_when_what_was_going_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = torn(PlanFactory())
    run = PurgeRun.objects.create(kind=PurgeKind.EXPIRY, started_at=now())
    going, held = threading.Event(), threading.Event()
    destroy: Callable[..., None] = erase.destroy_keys

    def slowly(*given: Any, **named: Any) -> None:
        going.set()
        assert not held.wait(0.5), "a hold was placed on what is being destroyed"
        destroy(*given, **named)

    def clear() -> None:
        remains.clear(run, remains.past_term(by=SYSTEM), by=SYSTEM)

    def hold() -> None:
        assert going.wait(10)
        assert row.started_at is not None
        holds.place(
            camera_ids=[row.camera_id],
            start=row.started_at,
            end=row.started_at + timedelta(seconds=5),
            kind=HoldKind.REQUEST,
            reference="x",
            by=SYSTEM,
        )
        held.set()

    monkeypatch.setattr(erase, "destroy_keys", slowly)
    assert in_threads(clear, hold) == [None, None]
    row.refresh_from_db()
    assert row.purge_run_id == run.pk
