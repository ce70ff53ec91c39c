from __future__ import annotations

from django.db import transaction

from cctvportal.accounts.access import service
from cctvportal.accounts.models import User
from cctvportal.audit.services import record
from recordings.models import Export, Medium
from recordings.services import exports
from recordings.services.permits import Permit
from requests_app.enums import RequestState
from requests_app.models import AccessRequest, Fulfilment
from requests_app.selectors.permit import permit_of
from requests_app.services.advance import expect, locked


@service("requests_app.export")
def start_export(request: AccessRequest, *, medium: Medium, by: User) -> Export:
    """Queues the package of what was approved onto a registered disk.

    Raises Refused as recordings refuse it (time not over, no footage, disk missing or too small),
    Conflict when the request has ended or an export of it runs already.
    """
    with transaction.atomic():
        row = locked(request)
        permit = _standing(row)
        row.exported_by = by
        row.save(update_fields=["exported_by"])
        export = exports.queue(permit=permit, medium=medium, by=by)
        Fulfilment.objects.create(request=row, export=export)
        facts = {"export": str(export.pk), "medium": str(medium.pk)}
        record("request.export_started", by=by, subject=row, facts=facts)
    return export


@service("requests_app.export")
def retry_export(request: AccessRequest, *, export: Export, by: User) -> None:
    """Goes on with an export that stopped, under the same permit as it was started.

    Raises Conflict, with who was first, when the permit was revoked, lapsed or closed meanwhile or
    another export of it runs; Refused for an export that is over or out of its time.
    """
    with transaction.atomic():
        row = locked(request)
        _standing(row)
        mine = Export.objects.get(pk=export.pk, fulfilment__request=row)
        exports.retry(mine, by=by)
        record("request.export_retried", by=by, subject=row, facts={"export": str(export.pk)})


def _standing(row: AccessRequest) -> Permit:
    """What the locked request allows now: footage goes to a disk only while access is given."""
    expect(row, RequestState.ISSUED)
    return permit_of(row)
