"""The register of volumes, and how long a camera's footage is kept."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from cctvportal.accounts.access import service
from cctvportal.accounts.models import User
from cctvportal.audit.services import record
from cctvportal.common.errors import Refused
from recordings.models import RecordingPlan, Volume
from recordings.services import volumes

_LEAST_WORDS = 10


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
def change_term(
    plan: RecordingPlan, *, keep_for: timedelta, legal_basis: str, by: User
) -> RecordingPlan:
    """How long what is recorded from now on is kept, and on what ground.

    Older footage keeps its own term. Raises Refused for less than a minute, or for a ground that
    says nothing.
    """
    if keep_for < timedelta(minutes=1):
        raise Refused(_("Masa simpan paling singkat satu menit."), "amount")
    if len(legal_basis.strip()) < _LEAST_WORDS:
        raise Refused(
            _("Tulis dasarnya dalam satu kalimat, misalnya: SOP 20/SEKRETARIAT/XII/2021."),
            "legal_basis",
        )
    with transaction.atomic():
        row = RecordingPlan.objects.select_for_update().get(pk=plan.pk)
        before, row.keep_for, row.legal_basis = row.keep_for, keep_for, legal_basis.strip()
        row.save(update_fields=["keep_for", "legal_basis"])
        seconds = [int(before.total_seconds()), int(keep_for.total_seconds())]
        record("plan.changed", by=by, subject=row.camera, facts={"keep_seconds": seconds})
    return row
