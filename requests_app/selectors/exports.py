from __future__ import annotations

from uuid import UUID

from django.conf import settings

from cctvportal.accounts.access import NotAllowed, require
from cctvportal.accounts.models import User
from cctvportal.common.clock import ago
from recordings.enums import ExportState
from recordings.models import Export
from requests_app.models import AccessRequest


def export_for(user: User, pk: UUID) -> Export:
    """The export with its job, disk and request, if `user` may see that request.

    Raises NotAllowed alike for one that is not there and one that is none of theirs.
    """
    beside = ("job", "wipe_job", "medium", "fulfilment__request__applicant", "exported_by")
    row = Export.objects.select_related(*beside).filter(pk=pk, fulfilment__isnull=False).first()
    if row is None:
        raise NotAllowed("requests_app.view")
    require("requests_app.view", user, row.fulfilment.request)
    return row


def is_lost(export: Export) -> bool:
    """Whether a copy of this cancelled export lies on a disk that was said to be lost."""
    return export.wiped_at is None and hasattr(export, "lost_copy")


def disks_to_ask_about() -> list[Export]:
    """Cancelled exports whose copy could not be wiped for so long that a person has to say why.

    The longest first. Those whose disk was said to be lost are answered.
    """
    waiting = Export.objects.filter(
        state=ExportState.CANCELLED,
        wiped_at=None,
        lost_copy=None,
        fulfilment__isnull=False,
        wipe_job__created_at__lte=ago(settings.WIPE_ASK_SECONDS),
    )
    beside = ("medium", "wipe_job", "fulfilment__request__applicant")
    return list(waiting.select_related(*beside).order_by("wipe_job__created_at"))


def latest_export(request: AccessRequest) -> Export | None:
    """The newest export of `request`, whatever became of it."""
    tried = Export.objects.select_related("job", "medium").filter(fulfilment__request=request)
    return tried.order_by("-queued_at").first()
