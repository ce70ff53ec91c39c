"""An officer at the desk: footage, a disk, exports asked for one after another."""

from __future__ import annotations

from datetime import timedelta

from cctvportal.accounts.models import User
from recordings.models import Medium, RecordingPlan
from tests.factories import accounts
from tests.faults.store import Fates
from tests.faults.works import asking, exporting, footage


def build() -> Fates:
    """A camera with eight seconds of footage, and a disk."""
    plan, by = footage.new_plan(), accounts.officer()
    start = asking.start()
    kept = [footage.filmed(plan, start + timedelta(seconds=4 * n)) for n in range(2)]
    exporting.medium(by)
    return Fates(kept=kept, facts={"from": kept[0].segment})


def ask() -> str:
    """One more export of that footage, under a permit of its own; its job."""
    plan = RecordingPlan.objects.order_by("pk").first()
    medium, by = Medium.objects.get(), User.objects.order_by("pk").first()
    assert plan is not None
    assert by is not None
    first = plan.camera.segments.order_by("started_at").first()
    assert first is not None
    assert first.started_at is not None
    export = asking.export([plan.camera_id], first.started_at, 3, medium=medium, by=by)
    return str(export.job_id)
