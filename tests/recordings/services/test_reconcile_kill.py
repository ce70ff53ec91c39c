"""SIGKILL in the middle of a run: the next one finishes it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings

from cctvportal.accounts.access import SYSTEM
from cctvportal.common import crash
from cctvportal.common.clock import ago
from recordings.models import ReconcileRun, Segment
from recordings.services import volumes
from recordings.services.reconcile import reconcile
from tests.factories.recordings import PlanFactory
from tests.recordings.services.written import Written

if TYPE_CHECKING:
    from recordings.models import RecordingPlan

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.race
@pytest.mark.usefixtures("race_db")
def test_killed_run_is_finished_by_the_next(data_dir: Path) -> None:
    plan: RecordingPlan = PlanFactory(volume__node=settings.NODE_NAME)
    volumes.prepare(plan.volume)
    for minutes in range(4):
        Written(plan, ago(3600 - 60 * minutes)).sealed()
    environment = {
        **os.environ,
        "PORTAL_MASTER_KEY": settings.PORTAL_MASTER_KEY,
        crash.FAULTS: "1",
        crash.CRASH_AT: "seal.row_committed:2",
    }
    command = [sys.executable, "manage.py", "reconcile"]
    killed = subprocess.run(command, cwd=ROOT, env=environment, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert Segment.objects.filter(state="READY").count() == 2
    run = ReconcileRun.objects.get(finished_at=None)
    found = reconcile(plan.volume, min_age=timedelta(0), by=SYSTEM)
    assert (found.adopted, found.unexplained) == (2, [])
    assert Segment.objects.filter(state="READY").count() == 4
    assert [each.pk for each in ReconcileRun.objects.exclude(finished_at=None)] == [run.pk]
