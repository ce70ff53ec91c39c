from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from cctvportal.common.clock import WIB
from requests_app.enums import RequestState
from requests_app.lifecycle import (
    EXPIRED_ACCESS,
    PHONE_CONFIRMATION,
    UNUSED_APPROVAL,
    one_working_day_after,
)
from requests_app.models import AccessRequest
from requests_app.selectors.permit import running_export


def may_lapse(moment: datetime) -> QuerySet[AccessRequest]:
    """Requests worth a closer look by `lapse_reason` at `moment` (aware)."""
    unconfirmed = Q(
        decision__confirmed_at=None, decision__entered_at__lt=moment - PHONE_CONFIRMATION
    )
    unused = Q(decision__decided_at__lt=moment - UNUSED_APPROVAL)
    expired = Q(issuances__revoked_at=None, issuances__expires_at__lt=moment - EXPIRED_ACCESS)
    return AccessRequest.objects.filter(
        Q(unconfirmed | unused, state=RequestState.APPROVED) | Q(expired, state=RequestState.ISSUED)
    ).order_by("submitted_at")


def lapse_reason(request: AccessRequest, moment: datetime) -> str:
    """Why the time of `request` is over at `moment`, in a sentence; empty while it is not."""
    end = request.approved_end
    if end is None:
        return ""
    if request.state == RequestState.APPROVED:
        decision = request.decision
        if decision.awaits_login and decision.entered_at + PHONE_CONFIRMATION < moment:
            return _("Keputusan lewat telepon tidak dipastikan dalam 24 jam.")
        if max(decision.decided_at, end) + UNUSED_APPROVAL < moment:
            return _("Izin tidak dipakai dalam 72 jam.")
    if request.state == RequestState.ISSUED and running_export(request) is None:
        live = request.issuances.filter(revoked_at=None).first()
        if live and max(live.expires_at, end) + EXPIRED_ACCESS < moment:
            return _("Akses berakhir tanpa perekaman.")
    return ""


def confirmation_due(request: AccessRequest) -> datetime | None:
    """Until when the applicant should confirm what was written down for them; None when done.

    One working day after it was entered (design.md 4).
    """
    if not request.needs_confirmation or request.submitted_at is None:
        return None
    return one_working_day_after(request.submitted_at.astimezone(WIB))
