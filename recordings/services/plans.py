"""Where a camera's footage goes, and how long it stays."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import connection, transaction

from cctvportal.accounts.access import Caller, service
from cctvportal.audit.services import record
from cctvportal.common.clock import now
from devices.models import Camera
from recordings.enums import Purpose
from recordings.models import RecordingPlan, RetentionPolicy, Volume
from recordings.services import volumes

LEGAL_BASIS: Final = "SOP 20/SEKRETARIAT/XII/2021, langkah 5"
USUAL_TERM: Final = timedelta(days=30)


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
def default_policy(*, by: Caller) -> RetentionPolicy:
    """The oldest policy for security footage, which a new camera starts under (SOP step 5).

    Made, thirty days long, where there is none yet. The officer moves a camera to another one.
    """
    found = RetentionPolicy.objects.filter(purpose=Purpose.SECURITY).order_by("pk").first()
    if found is not None:
        return found
    with transaction.atomic():
        policy, created = RetentionPolicy.objects.get_or_create(
            name=f"Keamanan, {USUAL_TERM.days} hari",
            defaults={
                "purpose": Purpose.SECURITY,
                "keep_for": USUAL_TERM,
                "legal_basis": LEGAL_BASIS,
                "in_force_since": now(),
            },
        )
        if created:
            record("policy.added", by=by, subject=policy, facts={"keep_days": USUAL_TERM.days})
    return policy


def term_of(camera_id: int) -> timedelta:
    """How long footage of this camera is kept, as it holds until the transaction ends.

    A change of the policy, or of the camera's policy, waits for it: what is sealed meanwhile is
    there when the change moves the terms. Costs two lookups; RecordingPlan.DoesNotExist without
    a plan. Django has no FOR SHARE.
    """
    with connection.cursor() as cursor:
        # In two steps: PostgreSQL would drop the row whose policy changed while it waited.
        cursor.execute(
            "SELECT policy_id FROM recordings_recordingplan WHERE camera_id = %s FOR KEY SHARE",
            [camera_id],
        )
        if (row := cursor.fetchone()) is None:
            raise RecordingPlan.DoesNotExist(camera_id)
        cursor.execute(
            "SELECT keep_for FROM recordings_retentionpolicy WHERE id = %s FOR SHARE", row
        )
        term: timedelta = cursor.fetchone()[0]
    return term


@service("recordings.plan_camera")
def plan_camera(camera: Camera, *, by: Caller) -> RecordingPlan:
    """The camera's plan: under the usual policy, on the default volume of this node."""
    plan, created = RecordingPlan.objects.get_or_create(
        camera=camera,
        defaults={"volume": default_volume(by=by), "policy": default_policy(by=by)},
    )
    if created:
        days = plan.keep_for.days
        record("camera.planned", by=by, subject=camera, facts={"keep_days": days})
    return plan
