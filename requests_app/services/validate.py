from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cctvportal.accounts.access import service
from cctvportal.accounts.models import User
from cctvportal.audit.services import record
from cctvportal.common.clock import now
from cctvportal.common.errors import Refused
from requests_app.enums import Outcome, RequestState
from requests_app.models import AccessRequest, Validation
from requests_app.services.advance import expect, locked


@service("requests_app.validate")
def record_validation(
    request: AccessRequest,
    *,
    name: str,
    outcome: Outcome,
    position: str = "",
    phone: str = "",
    called_at: datetime | None = None,
    note: str = "",
    by: User,
) -> Validation:
    """Notes a call to somebody who can vouch for the activity (SOP step 2, requirement 1).

    `called_at` is aware, now when left out. Raises Refused for a time ahead or a missing name,
    Conflict when the request is decided already.
    """
    moment = now()
    if not name.strip():
        raise Refused(_("Tulis siapa yang dihubungi."), "name")
    if called_at is not None and called_at > moment:
        raise Refused(_("Waktu menelepon belum lewat. Periksa jamnya."), "called_at")
    with transaction.atomic():
        row = locked(request)
        expect(row, RequestState.SUBMITTED)
        call = Validation.objects.create(
            request=row,
            name=name.strip(),
            position=position.strip(),
            phone=phone.strip(),
            called_at=called_at or moment,
            outcome=outcome,
            note=note.strip(),
            recorded_by=by,
            recorded_at=moment,
        )
        record(
            "request.validated",
            by=by,
            subject=row,
            facts={"outcome": outcome, "called": call.called_at.isoformat()},
            persons={"name": call.name, "phone": call.phone},
        )
    return call
