from __future__ import annotations

from cctvportal.common.errors import Refused
from recordings.enums import ExportState, Purpose
from recordings.models import Export
from recordings.services.permits import Permit
from requests_app.lifecycle import EXPIRED_ACCESS
from requests_app.models import AccessRequest

_RUNNING = (ExportState.QUEUED, ExportState.WRITING, ExportState.VERIFYING)
_UNFINISHED = (*_RUNNING, ExportState.FAILED)


def permit_of(request: AccessRequest) -> Permit:
    """What the decision on `request` allows recordings to do. Raises Refused where none is given.

    Valid for as long as the request itself is not yet due to lapse.
    """
    live = request.issuances.filter(revoked_at=None).first()
    if live is None or not request.number or not request.approved_start or not request.approved_end:
        raise Refused("Permohonan ini belum disetujui, atau sandinya belum diberikan.")
    approved = request.cameras.filter(approved=True).order_by("camera_id")
    return Permit(
        reference=str(request.pk),
        number=request.number,
        purpose=Purpose(request.purpose),
        camera_ids=tuple(approved.values_list("camera_id", flat=True)),
        start=request.approved_start,
        end=request.approved_end,
        valid_until=max(live.expires_at, request.approved_end) + EXPIRED_ACCESS,
    )


def running_export(request: AccessRequest) -> Export | None:
    """The export of `request` that is under way, or None."""
    return Export.objects.filter(fulfilment__request=request, state__in=_RUNNING).first()


def unfinished_export(request: AccessRequest) -> Export | None:
    """The export of `request` that is under way, or stopped and waits for the officer, or None."""
    return Export.objects.filter(fulfilment__request=request, state__in=_UNFINISHED).first()
