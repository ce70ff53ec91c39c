"""The ways in which a request ends before anything was handed over, or by itself."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from cctvportal.accounts.access import System, service
from cctvportal.accounts.models import User
from cctvportal.common.clock import now
from cctvportal.common.errors import Refused
from recordings.services import doubts
from requests_app.enums import RequestState
from requests_app.models import AccessRequest
from requests_app.selectors.due import lapse_reason, may_lapse
from requests_app.selectors.permit import running_export
from requests_app.services.advance import advance, locked


@service("requests_app.revoke")
def revoke(request: AccessRequest, *, reason: str, by: User) -> AccessRequest:
    """An approver takes the permission back; passphrase and hold go at once.

    Raises Refused without a reason, Conflict when the request has gone on or ended.
    """
    if not reason.strip():
        raise Refused(_("Tulis alasan mencabut izin."), "reason")
    return advance(request, RequestState.REVOKED, by=by, note=reason.strip())


@service("requests_app.end_access")
def close_without_export(request: AccessRequest, *, by: User) -> AccessRequest:
    """Ends an access in which the footage was only looked at ("hanya melihat").

    By the officer, or by the applicant who gives the access back early. Raises Refused while a
    key is out or an export runs.
    """
    with transaction.atomic():
        row = locked(request)
        if row.handouts.filter(returned_at=None).exists():
            raise Refused(_("Kunci ruang belum kembali. Terima kembali kuncinya dahulu."))
        if running_export(row) is not None:
            raise Refused(
                _("Rekaman sedang disalin ke hard disk. Tunggu, atau batalkan ekspornya.")
            )
        return advance(row, RequestState.CLOSED, by=by, note=_("Hanya melihat, tidak direkam."))


@service("requests_app.run")
def lapse_due(*, by: System) -> int:
    """Lets every approval and access lapse whose time is over; returns how many.

    None while clock or database are in doubt: a lapse lets go of the hold and of the passphrases.
    Each in a transaction of its own, checked again under its lock: an officer may be faster.
    """
    done = 0
    for pk in may_lapse(now()).values_list("pk", flat=True):
        with transaction.atomic():
            row = AccessRequest.objects.select_for_update().get(pk=pk)
            reason = lapse_reason(row, now())
            if reason and not doubts.standing():
                advance(row, RequestState.LAPSED, by=by, note=reason)
                done += 1
    return done
