from __future__ import annotations

from uuid import UUID

from cctvportal.accounts.access import NotAllowed, require
from cctvportal.accounts.models import User
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


def latest_export(request: AccessRequest) -> Export | None:
    """The newest export of `request`, whatever became of it."""
    tried = Export.objects.select_related("job", "medium").filter(fulfilment__request=request)
    return tried.order_by("-queued_at").first()
