"""An officer at the desk: footage, a disk, exports asked for one after another."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from cctvportal.accounts.models import User
from cctvportal.common.clock import ago, now
from recordings.enums import Purpose
from recordings.models import Export, Medium, RecordingPlan
from recordings.services import exports
from recordings.services.permits import Permit
from tests.factories import accounts
from tests.faults.store import Fates
from tests.faults.works import exporting, footage


def build() -> Fates:
    """A camera with eight seconds of footage, and a disk."""
    plan, by = footage.new_plan(), accounts.officer()
    kept = [footage.filmed(plan, ago(600) + timedelta(seconds=4 * n)) for n in range(2)]
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
    permit = Permit(
        reference=str(uuid4()),
        number=f"{Export.objects.count() + 1:03d}/CCTV/XI/2026",
        purpose=Purpose.SECURITY,
        camera_ids=(plan.camera_id,),
        start=first.started_at,
        end=first.started_at + timedelta(seconds=3),
        valid_until=now() + timedelta(hours=1),
    )
    return str(exports.queue(permit=permit, medium=medium, by=by).job_id)
