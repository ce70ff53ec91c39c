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
from requests_app.services.advance import advance, expect, locked


@service("requests_app.request_erasure")
def request_erasure(request: AccessRequest, *, typed: str, by: User) -> Erasure:
    """The officer asks for it, typing the request's number so that it is not a slip.

    Raises Refused for a wrong number, for security footage (it expires by itself) and for a
    request that the applicant has not confirmed.
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
        asked = SourceErasure.objects.select_related("erasure").filter(request=row).first()
        if asked is None:
            raise Refused(_("Petugas belum meminta pemusnahan sumber untuk permohonan ini."))
        erasure = erasures.confirm_erasure(asked.erasure, by=by)
        row.second_person = by
        row.save(update_fields=["second_person"])
    return erasure


@service("requests_app.request_erasure")
def retry_erasure(request: AccessRequest, *, by: User) -> None:
    """Goes on with an erasure whose job gave up. Raises Refused or Conflict when none did."""
    with transaction.atomic():
        row = locked(request)
        expect(row, RequestState.HANDED_OVER)
        asked = SourceErasure.objects.select_related("erasure").filter(request=row).first()
        if asked is None:
            raise Refused(_("Petugas belum meminta pemusnahan sumber untuk permohonan ini."))
        erasure_again.retry_erasure(asked.erasure, by=by)


@service("requests_app.run")
def mark_erased(request: AccessRequest, *, erasure: Erasure, by: System) -> AccessRequest:
    """The keys are destroyed and the files gone: ERASED, and then closed."""
    with transaction.atomic():
        row = advance(request, RequestState.ERASED, by=by, facts={"erasure": str(erasure.pk)})
        return advance(row, RequestState.CLOSED, by=by)
