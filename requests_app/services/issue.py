from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext as _

from cctvportal.accounts.access import service
from cctvportal.accounts.models import User
from cctvportal.audit.services import record
from cctvportal.common.clock import now
from cctvportal.common.errors import Refused
from recordings.package import passphrase
from requests_app.enums import RequestState
from requests_app.models import AccessRequest, Issuance
from requests_app.services.advance import advance, expect, locked


@dataclass(frozen=True, slots=True)
class Issued:
    """A passphrase as it is shown, this once; only its hash is kept."""

    issuance: Issuance
    passphrase: str = field(repr=False)


@service("requests_app.issue")
def issue(request: AccessRequest, *, by: User) -> Issued:
    """Gives the passphrase of the checking room for this request only (SOP step 3).

    It expires after settings.ISSUANCE_HOURS. Raises Refused while a decision told by phone waits
    for the approver's login, Conflict with who was first when it was given already.
    """
    with transaction.atomic():
        row = locked(request)
        expect(row, RequestState.APPROVED)
        if row.decision.awaits_login:
            raise Refused(
                _("Keputusan lewat telepon belum dipastikan. Minta %(who)s masuk dan memastikan.")
                % {"who": row.decision.decided_by.name}
            )
        issued = _make(row, by)
        issued.issuance.request = advance(
            row,
            RequestState.ISSUED,
            by=by,
            facts={"expires": issued.issuance.expires_at.isoformat()},
        )
    return issued


@service("requests_app.issue")
def reissue(request: AccessRequest, *, by: User) -> Issued:
    """A new passphrase in place of one that was lost or ran out; the old one opens nothing more.

    Raises Conflict when the access has ended.
    """
    with transaction.atomic():
        row = locked(request)
        expect(row, RequestState.ISSUED)
        withdrawn = Issuance.objects.filter(request=row, revoked_at=None)
        withdrawn.update(revoked_at=now(), revoked_by=by)
        issued = _make(row, by)
        facts = {"expires": issued.issuance.expires_at.isoformat()}
        record("request.reissued", by=by, subject=row, facts=facts)
    return issued


def _make(row: AccessRequest, by: User) -> Issued:
    shown, moment = passphrase.make(), now()
    issuance = Issuance.objects.create(
        request=row,
        passphrase_hash=make_password(shown),
        issued_by=by,
        issued_at=moment,
        expires_at=moment + timedelta(hours=settings.ISSUANCE_HOURS),
    )
    return Issued(issuance, shown)
