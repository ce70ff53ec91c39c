from __future__ import annotations

from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from cctvportal.accounts.access import service
from cctvportal.accounts.models import User
from cctvportal.audit.services import record
from cctvportal.common.clock import now
from cctvportal.common.errors import Refused
from requests_app.enums import RequestForm
from requests_app.models import AccessRequest
from requests_app.services.advance import locked
from requests_app.services.draft import Answers, begin_for, edit_draft
from requests_app.services.letters import checked
from requests_app.services.submit import submit


@service("requests_app.take_down")
def take_down_oral(*, applicant: User, answers: Answers, by: User) -> AccessRequest:
    """Writes down and sends a request made by word of mouth (SOP step 1, "lisan").

    The applicant confirms it later by their own login; until then no hand-over and no erasure, so
    that an officer cannot invent one. Raises Refused as `submit` does.
    """
    with transaction.atomic():
        draft = begin_for(applicant=applicant, form=RequestForm.ORAL, by=by)
        edit_draft(draft, answers=answers, by=by)
        return submit(draft, by=by)


@service("requests_app.take_down")
def enter_after_outage(
    *,
    applicant: User,
    form: RequestForm,
    answers: Answers,
    happened_at: datetime,
    reason: str,
    scan: UploadedFile[bytes],
    by: User,
) -> AccessRequest:
    """Enters a request that was made on paper while the portal was down, with a scan of the paper.

    `happened_at` (aware) stays apart from the time of entry everywhere. Raises Refused.
    """
    moment = now()
    if happened_at > moment:
        raise Refused(_("Waktu kejadian belum lewat. Periksa tanggal dan jamnya."), "happened_at")
    if not reason.strip():
        raise Refused(_("Tulis mengapa baru dicatat sekarang, misalnya listrik padam."), "reason")
    document = checked(scan, "scan")
    with document.stored() as store, transaction.atomic():
        draft = begin_for(applicant=applicant, form=form, by=by)
        draft.happened_at, draft.outage_note = happened_at, reason.strip()
        store(draft.outage_scan, "scan")
        draft.save(update_fields=["happened_at", "outage_note", "outage_scan"])
        edit_draft(draft, answers=answers, by=by)
        return submit(draft, by=by)


@service("requests_app.confirm_own")
def confirm_oral(request: AccessRequest, *, by: User) -> AccessRequest:
    """The applicant says, by their own login, that the request written down is theirs.

    Raises Refused when there is nothing to confirm.
    """
    with transaction.atomic():
        row = locked(request)
        if not row.needs_confirmation:
            raise Refused(_("Permohonan ini sudah Anda pastikan."))
        row.applicant_confirmed_at = now()
        row.save(update_fields=["applicant_confirmed_at"])
        record("request.confirmed", by=by, subject=row, facts={"number": row.number})
    return row
