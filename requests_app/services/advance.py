"""The one function that moves a request (style.md 5, rule 1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cctvportal.accounts.access import SYSTEM, Caller, require, service
from cctvportal.audit.services import record
from cctvportal.common import words
from cctvportal.common.clock import now
from cctvportal.common.errors import Conflict
from recordings.enums import HoldKind
from recordings.services import exports, holds
from requests_app.enums import RequestState
from requests_app.lifecycle import FINAL, allowed
from requests_app.models import AccessRequest, Issuance, Transition
from requests_app.signals import request_advanced

# What has been done to a request that stands in this state.
_DONE: Final = {
    RequestState.DRAFT: gettext_lazy("dibuat"),
    RequestState.SUBMITTED: gettext_lazy("dikirim"),
    RequestState.APPROVED: gettext_lazy("disetujui"),
    RequestState.REFUSED: gettext_lazy("ditolak"),
    RequestState.WITHDRAWN: gettext_lazy("ditarik"),
    RequestState.ISSUED: gettext_lazy("diberi sandi dan kunci"),
    RequestState.REVOKED: gettext_lazy("dicabut izinnya"),
    RequestState.LAPSED: gettext_lazy("dinyatakan lewat waktu"),
    RequestState.EXPORTED: gettext_lazy("direkam ke hard disk"),
    RequestState.HANDED_OVER: gettext_lazy("diserahterimakan"),
    RequestState.ERASED: gettext_lazy("dihapus sumber rekamannya"),
    RequestState.CLOSED: gettext_lazy("diselesaikan"),
}


def locked(request: AccessRequest) -> AccessRequest:
    """The row as it stands now, locked until the transaction ends."""
    return AccessRequest.objects.select_for_update().get(pk=request.pk)


def first_was(row: AccessRequest) -> Conflict:
    """Tells who brought `row` to where it stands, and when."""
    last = row.transitions.select_related("actor").last()
    if last is None:
        return Conflict(_("Permohonan ini belum dikirim."))
    person = last.actor
    if row.state in {RequestState.APPROVED, RequestState.REFUSED}:
        person = row.decided_by
    return Conflict(
        _("Permohonan ini sudah %(done)s oleh %(who)s pada %(when)s. Tidak ada yang berubah.")
        % {
            "done": _DONE[row.status],
            "who": person.name if person else _("sistem"),
            "when": words.date_time(last.happened_at),
        }
    )


def expect(row: AccessRequest, *states: RequestState) -> None:
    """Raises Conflict, with who was first, unless `row` is in one of `states`."""
    if row.status not in states:
        raise first_was(row)


@service("requests_app.move")
def advance(
    request: AccessRequest,
    target: RequestState,
    *,
    by: Caller,
    changes: Mapping[str, Any] | None = None,
    facts: Mapping[str, Any] | None = None,
    persons: Mapping[str, str] | None = None,
    happened_at: datetime | None = None,
    note: str = "",
) -> AccessRequest:
    """Moves `request` to `target`: lock, table, state with `changes`, Transition, audit, signal.

    Returns the fresh row. `happened_at` is earlier than now for what was written down later.
    Raises Conflict with who was first when the table knows no such move, NotAllowed when `by`
    lacks the move's permission. The end of a request releases its hold, stops its
    export and destroys its passphrases.
    """
    with transaction.atomic():
        row = locked(request)
        source = row.status
        move = allowed(source, target)
        if move is None:
            raise first_was(row)
        require(move.permission, by, row)
        for field, value in (changes or {}).items():
            setattr(row, field, value)
        row.state = target
        row.version += 1
        row.save(update_fields=["state", "version", *(changes or {})])
        moment = now()
        transition = Transition.objects.create(
            request=row,
            source=source,
            target=target,
            actor_id=by.pk,
            at=moment,
            happened_at=happened_at or moment,
            note=note,
        )
        if target in FINAL:
            _let_go(row, by)
        told = {"from": source, "number": row.number, **(facts or {})}
        record(f"request.{target.lower()}", by=by, subject=row, facts=told, persons=persons)
        request_advanced.send(sender=AccessRequest, request=row, transition=transition, by=by)
    return row


def _let_go(row: AccessRequest, by: Caller) -> None:
    """What follows from an end by itself, whoever brought it about."""
    reference = str(row.pk)
    holds.release(reference=reference, kind=HoldKind.REQUEST, by=by)
    exports.stop_for(reference=reference, by=SYSTEM)
    exports.forget_passphrases(reference=reference, by=SYSTEM)
    Issuance.objects.filter(request=row, revoked_at=None).update(
        revoked_at=now(), revoked_by_id=by.pk
    )
