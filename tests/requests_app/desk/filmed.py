"""A request whose footage is really there, and disks to put it on."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from cctvportal.accounts.models import User
from cctvportal.jobs.services import run
from recordings.enums import MediumKind
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


def carried_out(export: Export) -> Export:
    """What the worker would have done by now."""
    assert export.job is not None
    run(str(export.job.pk), "w1")
    return Export.objects.select_related("job").get(pk=export.pk)
