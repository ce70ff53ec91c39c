from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from cctvportal.accounts.access import service
from cctvportal.accounts.enums import Role
from cctvportal.accounts.models import Delegation, User
from cctvportal.accounts.selectors import active_delegation
from cctvportal.common.clock import now
from cctvportal.common.errors import Refused
from requests_app.enums import Channel, RequestState, Verdict
from requests_app.models import AccessRequest, Decision
from requests_app.selectors.calls import denied_call, missing_call
from requests_app.services.advance import advance, expect, locked

_LEAST_WORDS: Final = 10


@dataclass(frozen=True, slots=True)
class Scope:
    """What an approval leaves of the request; None leaves all. Times are aware."""

    camera_ids: Collection[int] | None = None
    start: datetime | None = None
    end: datetime | None = None


@service("requests_app.decide")
def approve(
    request: AccessRequest,
    *,
    scope: Scope | None = None,
    note: str = "",
    despite: str = "",
    by: User,
) -> AccessRequest:
    """Allows the access, for all or a part of what was asked (SOP step 2).

    `despite` says why, where somebody who was called did not vouch for the activity. Raises
    Refused without it then, without a call that was answered or for a scope beyond the request,
    Conflict with who decided and when, NotAllowed on one's own request.
    """
    return _in_person(request, Verdict.APPROVED, by=by, scope=scope, note=note, despite=despite)


@service("requests_app.decide")
def refuse(request: AccessRequest, *, reason: str, by: User) -> AccessRequest:
    """Refuses the access, with the reason; the hold goes (SOP step 2, "Selesai").

    Raises Refused without a reason or a validation, Conflict with who decided and when.
    """
    return _in_person(request, Verdict.REFUSED, by=by, reason=reason)


def _in_person(
    request: AccessRequest, verdict: Verdict, *, by: User, **words: Any
) -> AccessRequest:
    moment = now()
    return settle(
        request,
        verdict,
        decider=by,
        channel=Channel.IN_PERSON,
        decided_at=moment,
        by=by,
        **words,
    )


@service("requests_app.settle")
def settle(
    request: AccessRequest,
    verdict: Verdict,
    *,
    decider: User,
    channel: Channel,
    decided_at: datetime,
    by: User,
    scope: Scope | None = None,
    reason: str = "",
    note: str = "",
    despite: str = "",
) -> AccessRequest:
    """Writes the decision of `decider`, whichever way it came, and moves the request.

    Raises as `approve` and `refuse` do.
    """
    if verdict == Verdict.REFUSED and not reason.strip():
        raise Refused(_("Tulis alasan menolak, supaya pemohon mengerti."), "reason")
    with transaction.atomic():
        row = locked(request)
        expect(row, RequestState.SUBMITTED)
        if missing := missing_call(row, verdict):
            raise Refused(missing)
        delegation = _authority(row, decider, decided_at)
        _enter(
            row,
            by=by,
            verdict=verdict,
            reason=reason.strip(),
            note=note.strip(),
            despite=_against_a_call(row, verdict, despite),
            channel=channel,
            decided_by=decider,
            decided_at=decided_at,
            delegation=delegation,
        )
        changes: dict[str, Any] = {"decided_by": decider}
        if verdict == Verdict.APPROVED:
            changes |= _narrow(row, scope or Scope())
        return advance(
            row,
            RequestState(verdict),
            by=by,
            changes=changes,
            facts=_facts(row, decider, channel, delegation),
            happened_at=decided_at if channel == Channel.PHONE else None,
            note=reason.strip(),
        )


def _enter(row: AccessRequest, *, by: User, channel: Channel, **words: Any) -> None:
    """By phone somebody else writes it down, and the decider confirms it later."""
    by_phone, moment = channel == Channel.PHONE, now()
    Decision.objects.create(
        request=row,
        channel=channel,
        logged_by=by if by_phone else None,
        entered_at=moment,
        confirmed_at=None if by_phone else moment,
        **words,
    )


def _against_a_call(row: AccessRequest, verdict: Verdict, despite: str) -> str:
    """Why it is approved although a call denied it; empty where none did. Raises Refused."""
    denied = denied_call(row) if verdict == Verdict.APPROVED else None
    if denied is None:
        return ""
    if len(despite.strip()) < _LEAST_WORDS:
        raise Refused(
            _(
                "%s tidak membenarkan kegiatan ini. Tolak permohonan ini, atau tulis dalam satu "
                "kalimat mengapa tetap disetujui."
            )
            % denied.name,
            "despite",
        )
    return despite.strip()


def _authority(row: AccessRequest, decider: User, at: datetime) -> Delegation | None:
    """None for an approver in their own right, else the delegation. Raises Refused for neither."""
    if decider.pk == row.applicant_id:
        raise Refused(_("Permohonan sendiri diputuskan oleh pejabat lain."))
    if decider.role == Role.APPROVER and decider.is_active:
        return None
    delegation = active_delegation(decider, at)
    if delegation is None or delegation.principal_id == row.applicant_id:
        raise Refused(_("Orang ini tidak berwenang memutuskan pada waktu itu."), "approver")
    return delegation


def _narrow(row: AccessRequest, scope: Scope) -> dict[str, datetime]:
    """Marks the cameras that stay and returns the range that stays. Raises Refused."""
    assert row.starts_at is not None  # noqa: S101 - the CHECK on sent requests says so
    assert row.ends_at is not None  # noqa: S101
    asked = set(row.cameras.values_list("camera_id", flat=True))
    kept = asked if scope.camera_ids is None else set(scope.camera_ids)
    if not kept or not kept <= asked:
        raise Refused(_("Pilih paling sedikit satu dari kamera yang diminta."), "cameras")
    start, end = scope.start or row.starts_at, scope.end or row.ends_at
    if not row.starts_at <= start < end <= row.ends_at:
        raise Refused(_("Waktu yang disetujui harus di dalam waktu yang diminta."), "start")
    row.cameras.filter(camera_id__in=kept).update(approved=True)
    return {"approved_start": start, "approved_end": end}


def _facts(
    row: AccessRequest, decider: User, channel: Channel, delegation: Delegation | None
) -> dict[str, Any]:
    return {
        "decider": decider.pk,
        "channel": channel,
        "delegation": delegation.pk if delegation else None,
        "cameras": sorted(row.cameras.filter(approved=True).values_list("camera_id", flat=True)),
    }
