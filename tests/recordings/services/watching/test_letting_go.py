from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from cctvportal.accounts.access import SYSTEM
from cctvportal.common.clock import now
from recordings.enums import AlarmKind, HoldKind
from recordings.models import PurgeRun, Segment
from recordings.services import holds
from recordings.services.watching.letting_go import doomed, late, stopped
from tests.factories.recordings import PlanFactory
from tests.recordings.services.watching.rows import look, recorded

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def test_footage_past_its_term_is_told_after_an_hour() -> None:
    plan = PlanFactory()
    recorded(plan, now() - 30 * HOUR, expires_at=now() - 0.9 * HOUR)
    asked = look()
    assert late(asked) == []
    assert asked.noted["late_seconds"] == pytest.approx(0.9 * 3600, abs=5)
    recorded(plan, now() - 40 * HOUR, expires_at=now() - 3 * HOUR)
    (found,) = late(look())
    assert found.facts["late_seconds"] == pytest.approx(3 * 3600, abs=5)


def test_held_footage_is_not_late() -> None:
    plan = PlanFactory()
    (row,) = recorded(plan, now() - 40 * HOUR, expires_at=now() - 3 * HOUR)
    assert row.started_at is not None
    holds.place(
        camera_ids=[plan.pk], start=row.started_at, end=row.started_at + HOUR,
        kind=HoldKind.REQUEST, reference="permohonan-1", by=SYSTEM,
    )  # fmt: skip
    assert late(look()) == []


def test_what_is_half_removed_for_ten_minutes_is_told() -> None:
    run = PurgeRun.objects.create(kind="EXPIRY", started_at=now())
    recorded(PlanFactory(), now() - 30 * HOUR, 2)
    rows = Segment.objects.all()
    rows.update(state="DOOMED", purge_run=run, doomed_at=now() - timedelta(minutes=9))
    assert doomed(look()) == []
    since = now() - timedelta(minutes=11)
    rows.filter(pk=rows[0].pk).update(doomed_at=since)
    asked = look()
    (found,) = doomed(asked)
    assert found.facts == {"count": 2, "since_at": since.isoformat()}
    assert asked.noted["doomed"] == 2


def test_an_expiry_that_stopped_tells_its_reason(data_dir: Path) -> None:
    assert stopped(look()) == []
    PurgeRun.objects.create(
        kind="EXPIRY", state="STOPPED", reason="Akan terhapus 900 potongan.", started_at=now()
    )
    (found,) = stopped(look())
    assert found.kind == AlarmKind.PURGE_STOPPED
    assert found.facts["detail"] == "Akan terhapus 900 potongan."
