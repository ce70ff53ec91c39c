"""Where a new camera's footage goes."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from cctvportal.accounts.access import Caller, service
from cctvportal.audit.services import record
from devices.models import Camera
from recordings.models import RecordingPlan, Volume
from recordings.services import volumes

LEGAL_BASIS = "SOP 20/SEKRETARIAT/XII/2021, langkah 5"


@service("recordings.plan_camera")
def default_volume(*, by: Caller, node: str = "") -> Volume:
    """The first volume of `node`, or of this one; made, with its marker, when there is none yet.

    Raises VolumeUnavailable when its folder cannot be written.
    """
    node = node or settings.NODE_NAME
    found = Volume.objects.filter(node=node).order_by("label").first()
    if found is not None:
        return found
    with transaction.atomic():
        volume, created = Volume.objects.get_or_create(
            node=node,
            path=str(settings.PORTAL_DATA_DIR / "footage"),
            defaults={
                "label": f"Media {node}",
                "reserve_bytes": settings.VOLUME_RESERVE_BYTES,
            },
        )
        volumes.prepare(volume)
        if created:
            record("volume.added", by=by, subject=volume)
    return volume


@service("recordings.plan_camera")
def plan_camera(camera: Camera, *, by: Caller) -> RecordingPlan:
    """The camera's plan: kept for the usual term on the default volume of this node."""
    plan, created = RecordingPlan.objects.get_or_create(
        camera=camera, defaults={"volume": default_volume(by=by), "legal_basis": LEGAL_BASIS}
    )
    if created:
        days = plan.keep_for.days
        record("camera.planned", by=by, subject=camera, facts={"keep_days": days})
    return plan
