"""The source of an assessment goes after the hand-over, by two persons (SOP step 4)."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from cctvportal.accounts.access import System, service
from cctvportal.accounts.models import User
from cctvportal.common.errors import Refused
from recordings.enums import Purpose
from recordings.models import Erasure
from recordings.services import erasure_again, erasures
from requests_app.enums import RequestState
from requests_app.models import AccessRequest, SourceErasure
from requests_app.selectors.erasing import erasure_of
from requests_app.services.advance import advance, expect, locked


@service("requests_app.request_erasure")
def request_erasure(request: AccessRequest, *, typed: str, by: User) -> Erasure:
    """The officer asks for it, typing the request's number so that it is not a slip.

    After an approver cancelled one it may be asked for again. Raises Refused for a wrong number,
    for security footage (it expires by itself) and for a request that the applicant has not
    confirmed; Conflict while one that was asked for lives.
    """
    if typed.strip() != request.number:
        raise Refused(
            _("Ketik nomor permohonan persis seperti tertulis: %(number)s.")
            % {"number": request.number},
            "typed",
        )
    with transaction.atomic():
        row = locked(request)
        expect(row, RequestState.HANDED_OVER)
        if row.purpose != Purpose.ASSESSMENT:
            raise Refused(_("Rekaman keamanan tidak dihapus; rekaman itu kedaluwarsa sendiri."))
        erasure = erasures.request_erasure(row.hand_over.export, by=by)
        SourceErasure.objects.create(request=row, erasure=erasure)
    return erasure


@service("requests_app.confirm_erasure")
def confirm_erasure(request: AccessRequest, *, by: User) -> Erasure:
    """The second person, an approver, agrees; the system erases after the waiting time.

    Raises Refused when nobody asked for it, Conflict when it was confirmed already.
    """
    with transaction.atomic():
        row = locked(request)
        expect(row, RequestState.HANDED_OVER)
        erasure = erasures.confirm_erasure(_asked(row), by=by)
        row.second_person = by
        row.save(update_fields=["second_person"])
    return erasure


@service("requests_app.request_erasure")
def retry_erasure(request: AccessRequest, *, by: User) -> None:
    """Goes on with an erasure whose job gave up. Raises Refused or Conflict when none did."""
    with transaction.atomic():
        row = locked(request)
        expect(row, RequestState.HANDED_OVER)
        erasure_again.retry_erasure(_asked(row), by=by)


@service("requests_app.confirm_erasure")
def cancel_erasure(request: AccessRequest, *, reason: str, by: User) -> Erasure:
    """An approver stops it, before their own yes or in the waiting time; it may be asked for again.

    Raises Refused without a reason, Conflict when it runs or was cancelled already.
    """
    with transaction.atomic():
        row = locked(request)
        expect(row, RequestState.HANDED_OVER)
        return erasures.cancel_erasure(_asked(row), reason=reason, by=by)


@service("requests_app.run")
def mark_erased(request: AccessRequest, *, erasure: Erasure, by: System) -> AccessRequest:
    """The keys are destroyed and the files gone: ERASED, and then closed."""
    with transaction.atomic():
        row = advance(request, RequestState.ERASED, by=by, facts={"erasure": str(erasure.pk)})
        return advance(row, RequestState.CLOSED, by=by)


def _asked(row: AccessRequest) -> Erasure:
    """The erasure that the officer asked for. Raises Refused for none."""
    erasure = erasure_of(row)
    if erasure is None:
        raise Refused(_("Petugas belum meminta pemusnahan sumber untuk permohonan ini."))
    return erasure
