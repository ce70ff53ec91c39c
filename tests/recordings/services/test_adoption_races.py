"""Footage that is adopted while an erasure ends: seen by it, or kept from view; never between."""

from __future__ import annotations

import random
import time
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from cctvportal.accounts.access import SYSTEM
from cctvportal.common.clock import now
from cctvportal.jobs.models import Job
from cctvportal.jobs.services import run
from recordings.enums import ErasureState, ExportState, MediumKind, Purpose, SegmentState
from recordings.media.sidecar import Sidecar
from recordings.models import Erasure, Export, ExportCamera, Medium, RecordingPlan, Segment
from recordings.services import erasures, expiry, sealing, volumes
from tests.concurrency import in_threads
from tests.factories import accounts
from tests.factories.recordings import PlanFactory, stored_segment

if TYPE_CHECKING:
    from pytest_django import Settings

    from cctvportal.accounts.models import User

ROUNDS = 40
pytestmark = [pytest.mark.race, pytest.mark.usefixtures("race_db", "data_dir")]


def confirmed(plan: RecordingPlan, medium: Medium, officer: User, approver: User) -> Erasure:
    """Of the hour before, which holds one kept segment."""
    start = now() - timedelta(hours=1)
    stored_segment(plan.camera, plan.volume, start)
    export = Export.objects.create(
        reference=str(uuid4()),
        number="001/CCTV/XI/2026",
        purpose=Purpose.ASSESSMENT,
        starts_at=start,
        ends_at=start + timedelta(minutes=10),
        valid_until=now() + timedelta(hours=1),
        medium=medium,
        state=ExportState.VERIFIED,
        exported_by=officer,
        bytes=1,
        manifest_sha256="0" * 64,
        read_back="direct",
        verified_at=now(),
    )
    ExportCamera.objects.create(export=export, camera=plan.camera)
    erasure = erasures.request_erasure(export, by=officer)
    return erasures.confirm_erasure(erasure, by=approver)


def late(erasure: Erasure, plan: RecordingPlan) -> Sidecar:
    """Facts of a file without a row, as a recorder's sidecar tells them, inside the range."""
    start = erasure.export.starts_at + timedelta(minutes=3)
    segment = stored_segment(plan.camera, plan.volume, start, body=b"terlambat")
    facts = Sidecar(
        segment=uuid4(),
        camera=plan.camera.uuid,
        volume=plan.volume.pk,
        key_day=segment.key_day,
        fence=1,
        prepared_at=start,
        started_at=start + timedelta(minutes=2),
        duration_s=60.0,
        frames=750,
        size=segment.bytes,
        sha256=segment.sha256,
        codec="h264",
        width=640,
        height=360,
        clock_error_s=None,
        salvaged=False,
    )
    key = volumes.keystore()
    key.put(plan.camera.uuid, segment.key_day, {facts.segment: facts.segment.bytes})
    return facts


def test_no_footage_of_an_erased_range_is_left_in_view(settings: Settings) -> None:
    settings.ERASURE_WAIT_SECONDS = 0
    officer, approver = accounts.officer(), accounts.approver()
    medium = Medium.objects.create(
        kind=MediumKind.FOLDER, label="H", path="/x", owner="K", registered_by=officer
    )
    chance, outcomes = random.Random(4), {"before": 0, "after": 0}
    took = [0.2]  # seconds: the adoption is to fall all over the erasure's course, and behind it
    for _ in range(ROUNDS):
        plan = PlanFactory()
        erasure = confirmed(plan, medium, officer, approver)
        facts = late(erasure, plan)
        wait = chance.uniform(0, 1.3 * took[-1])

        def erase(erasure: Erasure = erasure) -> None:
            began = time.monotonic()
            run(str(erasure.job_id), "w1")
            took.append(time.monotonic() - began)

        def adopt(facts: Sidecar = facts, wait: float = wait) -> None:
            time.sleep(wait)
            sealing.adopt(facts, by=SYSTEM)

        assert in_threads(erase, adopt) == [None, None]
        outcomes[settle(erasure, facts, plan)] += 1
    assert min(outcomes.values()) > 0, outcomes
    print(f"adopted before and after the erasure began: {outcomes}")  # noqa: T201 - the figure of the race


def settle(erasure: Erasure, facts: Sidecar, plan: RecordingPlan) -> str:
    """Done at last, nothing in view; whether the late footage came before the gate's last look."""
    until = time.monotonic() + 10
    while Erasure.objects.get(pk=erasure.pk).state != ErasureState.DONE:
        assert time.monotonic() < until
        Job.objects.filter(pk=erasure.job_id or "").update(
            not_before=None
        )  # it would wait politely
        run(str(erasure.job_id), "w1")
        time.sleep(0.1)
    in_view = Segment.objects.filter(camera=plan.camera, state=SegmentState.READY)
    assert not in_view.exists()
    row = Segment.objects.get(pk=facts.segment)
    if row.state == SegmentState.PURGED:
        return "before"
    assert row.state == SegmentState.OVERLAP
    assert row.expires_at is not None
    assert row.expires_at <= now()
    expiry.purge_expired(by=SYSTEM)
    assert Segment.objects.get(pk=facts.segment).state == SegmentState.PURGED
    return "after"
