"""What follows from news of the layer below."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from cctvportal.accounts.access import Caller
from cctvportal.common.errors import Refused
from devices.models import Camera
from devices.signals import camera_added
from recordings.services import plans
from recordings.services.volumes import VolumeUnavailable


@receiver(camera_added, dispatch_uid="recordings.plan_camera")
def plan_new_camera(*, camera: Camera, by: Caller, **_: Any) -> None:
    try:
        plans.plan_camera(camera, by=by)
    except VolumeUnavailable as error:
        raise Refused(str(error)) from error
