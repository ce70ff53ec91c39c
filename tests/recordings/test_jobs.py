"""An erasure that two persons wanted is not given up over a fault of the storage."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from cctvportal.accounts.models import User
from cctvportal.common.errors import Conflict, Refused
from cctvportal.jobs.models import Job, JobState
from cctvportal.jobs.services import run
from recordings.enums import ErasureState
from recordings.models import Erasure, ExportCamera
from recordings.services import erasure_again, erasures
from tests.factories import accounts
from tests.factories import requests_app as made
from tests.factories.recordings import PlanFactory, stored_segment

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer() -> User:
    return accounts.officer()


@pytest.fixture
def erasure(data_dir: Path, settings: Settings, officer: User) -> Erasure:
    """Confirmed and due, of one segment."""
    settings.ERASURE_WAIT_SECONDS = 0
    export = made.handed_over(by=officer).hand_over.export
    plan = PlanFactory()
    ExportCamera.objects.create(export=export, camera=plan.camera)
    middle = export.starts_at + timedelta(seconds=1)
    stored_segment(plan.camera, plan.volume, middle, seconds=1)
    asked = erasures.request_erasure(export, by=officer)
    return erasures.confirm_erasure(asked, by=accounts.approver())


def job_of(erasure: Erasure) -> Job:
    return Job.objects.get(pk=str(erasure.job_id))


def test_erasure_waits_while_the_keys_cannot_be_read_and_goes_on_after(
    erasure: Erasure, data_dir: Path
) -> None:
    shelves = [path for path in (data_dir / "keystore").rglob("*") if path.is_file()]
    kept = {path: path.read_bytes() for path in shelves}
    for path in shelves:
        path.write_bytes(b"rusak")
    run(str(erasure.job_id), "w1")
    job = job_of(erasure)
    assert (job.state, job.attempts) == (JobState.QUEUED, 0)
    assert "Minta admin TI" in job.error
    for path, body in kept.items():
        path.write_bytes(body)
    Job.objects.update(not_before=None)
    run(str(erasure.job_id), "w1")
    assert Erasure.objects.get(pk=erasure.pk).state == ErasureState.DONE


def test_an_erasure_whose_job_gave_up_can_be_let_go_on(erasure: Erasure, officer: User) -> None:
    with pytest.raises(Refused, match="sedang berjalan"):
        erasure_again.retry_erasure(erasure, by=officer)
    Job.objects.filter(pk=str(erasure.job_id)).update(state=JobState.FAILED, error="Berhenti.")
    erasure_again.retry_erasure(erasure, by=officer)
    run(str(erasure.job_id), "w1")
    assert Erasure.objects.get(pk=erasure.pk).state == ErasureState.DONE
    with pytest.raises(Conflict, match="sudah selesai"):
        erasure_again.retry_erasure(erasure, by=officer)
