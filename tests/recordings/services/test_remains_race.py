"""A hold on what is torn, against the passage that clears it: one waits for the other."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from cctvportal.accounts.access import SYSTEM
from cctvportal.common.clock import ago, now
from recordings.enums import PurgeKind, SegmentState
from recordings.models import PurgeRun
from recordings.services import erase, remains
from tests.concurrency import in_threads
from tests.factories.recordings import PlanFactory, hold_on, stored_segment

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [pytest.mark.race, pytest.mark.usefixtures("race_db", "data_dir")]


def test_a_hold_comes_into_force_when_what_was_going_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plan = PlanFactory()
    row = stored_segment(
        plan.camera, plan.volume, ago(7200), state=SegmentState.LOST, expires_at=ago(60)
    )
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
        hold_on(row)
        held.set()

    monkeypatch.setattr(erase, "destroy_keys", slowly)
    assert in_threads(clear, hold) == [None, None]
    row.refresh_from_db()
    assert row.purge_run_id == run.pk
