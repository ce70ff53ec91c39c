from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from cctvportal.accounts.access import SYSTEM
from cctvportal.common.clock import now
from recordings.enums import HoldKind, SegmentState
from recordings.models import PurgeRun, RecordingPlan, Segment
from recordings.services import holds
from tests.factories.recordings import PlanFactory, stored_segment

pytestmark = pytest.mark.django_db


def purge(*options: str) -> list[dict[str, Any]]:
    out = io.StringIO()
    call_command("purge", *options, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.fixture
def plan(data_dir: Path) -> RecordingPlan:
    """Of its three segments one is past its term, one is past it and held, one is kept."""
    assert data_dir.is_dir()
    row = PlanFactory()
    for minutes, over in ((60, True), (50, True), (40, False)):
        start = now() - timedelta(minutes=minutes)
        ends = start + timedelta(minutes=2) if over else now() + timedelta(days=1)
        stored_segment(row.camera, row.volume, start, expires_at=ends)
    begin = now() - timedelta(minutes=50)
    holds.place(
        camera_ids=[row.camera_id], start=begin, end=begin + timedelta(seconds=10),
        kind=HoldKind.REQUEST, reference="permohonan-1", by=SYSTEM,
    )  # fmt: skip
    return row


def test_dry_run_tells_what_would_go_and_what_is_held_and_changes_nothing(
    plan: RecordingPlan,
) -> None:
    gone, held, _kept = Segment.objects.order_by("started_at")
    (line,) = purge("--dry-run")
    assert line == {
        "camera": plan.camera.name,
        "segments": 1,
        "bytes": gone.bytes,
        "held_segments": 1,
        "held_bytes": held.bytes,
    }
    assert set(Segment.objects.values_list("state", flat=True)) == {SegmentState.READY}
    assert not PurgeRun.objects.exists()


def test_purge_lets_go_of_just_that(plan: RecordingPlan) -> None:
    (told,) = purge("--dry-run")
    (done,) = purge()
    assert (done["state"], done["segments"]) == ("DONE", told["segments"])
    assert done["bytes"] == told["bytes"]
    assert Segment.objects.filter(camera=plan.camera, state=SegmentState.READY).count() == 2
    assert purge() == [{"state": "NOTHING"}]
