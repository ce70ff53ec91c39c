from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cctvportal.accounts.access import service
from cctvportal.accounts.models import User
from cctvportal.audit.services import record
from cctvportal.common.clock import now
from cctvportal.common.errors import Conflict, Refused
from requests_app.enums import Channel, Verdict
from requests_app.lifecycle import FINAL, PHONE_CONFIRMATION
from requests_app.models import AccessRequest, Decision
from requests_app.services.advance import first_was, locked
from requests_app.services.decide import Scope, settle


@service("requests_app.log_phone")
def log_phone_decision(
    request: AccessRequest,
    *,
    approver: User,
    verdict: Verdict,
    told_at: datetime,
    scope: Scope | None = None,
    reason: str = "",
    note: str = "",
    despite: str = "",
    by: User,
) -> AccessRequest:
    """The officer writes down what the approver decided by phone at `told_at` (aware).

    It counts at once for the state and the clock, but gives neither passphrase nor export until
    the approver's own login confirms it within 24 hours. Raises as `approve` does, and Refused
    for a time ahead or before the request.
    """
    asked_at = request.happened_at or request.submitted_at
    if told_at > now() or (asked_at is not None and told_at < asked_at):
        raise Refused(_("Waktu telepon harus sesudah permohonan dan sudah lewat."), "told_at")
    return settle(
        request,
        verdict,
        decider=approver,
        channel=Channel.PHONE,
        decided_at=told_at,
        scope=scope,
        reason=reason,
        note=note,
        despite=despite,
        by=by,
    )


@service("requests_app.confirm_phone")
def confirm_phone_decision(request: AccessRequest, *, by: User) -> Decision:
    """The approver confirms, by their own login, what an officer wrote down in their name.

    Raises Refused when 24 hours are over or it is confirmed already, Conflict when the request
    has ended meanwhile.
    """
    with transaction.atomic():
        row = locked(request)
        decision = Decision.objects.select_for_update().get(request=row)
        if not decision.awaits_login:
            raise Refused(_("Keputusan ini sudah Anda pastikan."))
        if row.status in FINAL and row.state != decision.verdict:
            raise first_was(row)
        if now() > decision.entered_at + PHONE_CONFIRMATION:
            raise Conflict(
                _("Batas 24 jam untuk memastikan sudah lewat. Minta pemohon mengajukan lagi.")
            )
        decision.confirmed_at = now()
        decision.save(update_fields=["confirmed_at"])
        record("decision.confirmed", by=by, subject=row, facts={"verdict": decision.verdict})
    return decision
