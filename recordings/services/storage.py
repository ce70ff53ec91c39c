"""The register of volumes, and which camera is recorded to which."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from cctvportal.accounts.access import service
from cctvportal.accounts.models import User
from cctvportal.audit.services import record
from cctvportal.common.errors import Refused
from recordings.models import RecordingPlan, Volume
from recordings.services import volumes


@service("recordings.add_volume")
def add_volume(volume: Volume, *, by: User) -> Volume:
    """Makes the folder with its marker and the row. Raises Refused when it cannot be written."""
    try:
        with transaction.atomic():
            volume.full_clean()
            volume.save(force_insert=True)
            record("volume.added", by=by, subject=volume, facts={"reserve": volume.reserve_bytes})
            volumes.prepare(volume)
    except volumes.VolumeUnavailable as error:
        raise Refused(str(error), "path") from error
    return volume


@service("recordings.change_volume")
def change_volume(volume: Volume, *, by: User) -> Volume:
    """Saves a changed name or reserve (bytes). Where footage lies is not changed by a form."""
    with transaction.atomic():
        before = Volume.objects.select_for_update().get(pk=volume.pk)
        if (before.node, before.path) != (volume.node, volume.path):
            raise Refused(_("Komputer dan folder media simpan tidak dapat diubah."))
        volume.full_clean()
        volume.save(update_fields=["label", "reserve_bytes"])
        facts = {"reserve": [before.reserve_bytes, volume.reserve_bytes]}
        record("volume.changed", by=by, subject=volume, facts=facts)
    return volume


@service("recordings.change_recordingplan")
def move_recording(plan: RecordingPlan, *, by: User) -> RecordingPlan:
    """Saves the volume that `plan` names now: from the next segment on it is recorded there.

    What was recorded before stays where it lies, until its term is over. Another node's volume
    takes the camera over to that node.
    """
    with transaction.atomic():
        before = RecordingPlan.objects.select_for_update().get(pk=plan.pk)
        if before.volume_id != plan.volume_id:
            RecordingPlan.objects.filter(pk=plan.pk).update(volume=plan.volume)
            facts = {"from": str(before.volume_id), "to": str(plan.volume_id)}
            record("plan.moved", by=by, subject=plan.camera, facts=facts)
    return plan
