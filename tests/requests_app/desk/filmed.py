"""A request whose footage is really there, and disks to put it on."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from cctvportal.accounts.models import User
from cctvportal.common.clock import now
from cctvportal.jobs.models import Job, JobState
from cctvportal.jobs.services import run
from recordings.enums import ExportState, MediumKind
from recordings.models import Export, Medium
from recordings.services import disks
from requests_app.models import AccessRequest
from requests_app.services.start_export import start_export
from tests.factories import requests_app as made
from tests.factories.recordings import PlanFactory, filmed_segment
from tests.recordings.media.films import film


def issued(**given: Any) -> AccessRequest:
    """Access was given to the first four seconds of six."""
    plan, start = PlanFactory(), made.yesterday()
    filmed_segment(plan.camera, plan.volume, start, film(seconds=6))
    facts: dict[str, Any] = {
        "camera_ids": [plan.camera_id],
        "starts_at": start,
        "ends_at": start + timedelta(seconds=4),
    }
    return made.issued(made.approved(made.submitted(cameras=0, **{**facts, **given})))


def disk(folder: Path, by: User, label: str = "HDD-01") -> Medium:
    folder.mkdir()
    row = Medium(kind=MediumKind.FOLDER, label=label, path=str(folder), owner="Kantor")
    return disks.register(row, by=by)


def started(row: AccessRequest, medium: Medium, by: User) -> Export:
    return start_export(row, medium=medium, by=by)


def left_on_disk(by: User, folder: Path, label: str) -> Export:
    """Cancelled four days ago, with a copy that could not be wiped since: the disk is away."""
    export = started(issued(), disk(folder, by, label=label), by)
    wipe = Job.objects.create(
        kind="export-wipe", key=f"export-wipe:{export.pk}", subject_id=str(export.pk)
    )
    ago = now() - timedelta(days=4)
    Job.objects.filter(pk=wipe.pk).update(created_at=ago, error="Hard disk tidak terpasang.")
    Job.objects.filter(pk=str(export.job_id)).update(state=JobState.CANCELLED, finished_at=ago)
    Export.objects.filter(pk=export.pk).update(state=ExportState.CANCELLED, wipe_job=wipe)
    return Export.objects.select_related("wipe_job", "medium").get(pk=export.pk)


def carried_out(export: Export) -> Export:
    """What the worker would have done by now."""
    assert export.job is not None
    run(str(export.job.pk), "w1")
    return Export.objects.select_related("job").get(pk=export.pk)
