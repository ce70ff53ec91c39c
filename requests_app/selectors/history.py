"""What happened to a request, in words, in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cctvportal.accounts.models import User
from requests_app.enums import RequestState
from requests_app.models import AccessRequest, Transition


@dataclass(frozen=True, slots=True)
class Event:
    """One line. `entered_at` is set where it was written down later than it happened."""

    at: datetime
    title: str
    who: str
    note: str = ""
    entered_at: datetime | None = None


def history(request: AccessRequest) -> list[Event]:
    """All lines of `request`, oldest first."""
    lines = [*_moves(request), *_calls(request), *_logins(request), *_keys(request)]
    return sorted(lines, key=lambda line: line.at)


def _name(person: User | None) -> str:
    return person.name if person else _("Sistem")


_MOVED = {
    RequestState.SUBMITTED: _lazy("Permohonan diajukan"),
    RequestState.APPROVED: _lazy("Izin diputuskan: disetujui"),
    RequestState.REFUSED: _lazy("Izin diputuskan: ditolak"),
    RequestState.WITHDRAWN: _lazy("Permohonan ditarik"),
    RequestState.ISSUED: _lazy("Sandi ruang periksa diberikan"),
    RequestState.REVOKED: _lazy("Izin dicabut"),
    RequestState.LAPSED: _lazy("Lewat waktu"),
    RequestState.EXPORTED: _lazy("Rekaman disalin ke hard disk dan dicocokkan"),
    RequestState.HANDED_OVER: _lazy("Hard disk diterima, kerahasiaan dinyatakan"),
    RequestState.ERASED: _lazy("Sumber rekaman dihapus"),
    RequestState.CLOSED: _lazy("Selesai"),
}


def _moves(request: AccessRequest) -> Iterator[Event]:
    for row in request.transitions.select_related("actor"):
        late = row.at if row.happened_at < row.at else None
        who, note = _name(row.actor), row.note
        if row.target == RequestState.SUBMITTED and request.entered_by_id != request.applicant_id:
            who = request.applicant.name
            note = _("%(form)s, dicatat %(who)s") % {
                "form": request.get_form_display(),
                "who": request.entered_by.name,
            }
        elif row.target in {RequestState.APPROVED, RequestState.REFUSED}:
            who, note = _decided(request, row)
        yield Event(row.happened_at, str(_MOVED[RequestState(row.target)]), who, note, late)


def _decided(request: AccessRequest, row: Transition) -> tuple[str, str]:
    decision = request.decision
    notes = [row.note]
    if decision.despite:
        notes.append(_("walau yang dihubungi tidak membenarkan: %s") % decision.despite)
    if decision.delegation:
        notes.append(
            _("%(kind)s %(principal)s, surat %(letter)s")
            % {
                "kind": decision.delegation.get_kind_display(),
                "principal": decision.delegation.principal.name,
                "letter": decision.delegation.letter_number,
            }
        )
    if decision.logged_by:
        notes.append(_("lewat telepon, dicatat %s") % decision.logged_by.name)
    return decision.decided_by.name, "; ".join(filter(None, notes))


def _calls(request: AccessRequest) -> Iterator[Event]:
    for call in request.validations.select_related("recorded_by"):
        title = _("%(name)s dihubungi") % {"name": call.name}
        note = ". ".join(filter(None, (call.get_outcome_display(), call.note)))
        yield Event(call.called_at, title, call.recorded_by.name, note)


def _logins(request: AccessRequest) -> Iterator[Event]:
    """Confirmations by the own login, where somebody else had written it down."""
    if request.applicant_confirmed_at and request.entered_by_id != request.applicant_id:
        yield Event(
            request.applicant_confirmed_at,
            _("Pemohon memastikan permohonan"),
            request.applicant.name,
        )
    decision = getattr(request, "decision", None)
    if decision and decision.logged_by_id and decision.confirmed_at:
        title = _("Keputusan lewat telepon dipastikan")
        yield Event(decision.confirmed_at, title, decision.decided_by.name)


def _keys(request: AccessRequest) -> Iterator[Event]:
    holder = request.applicant.name
    for row in request.handouts.select_related("key", "handed_by", "returned_to"):
        label = {"key": row.key.label}
        yield Event(row.handed_at, _("Kunci %(key)s diserahkan") % label, row.handed_by.name)
        if row.received_confirmed_at:
            yield Event(row.received_confirmed_at, _("Kunci %(key)s diterima") % label, holder)
        if row.returned_at:
            back = _("Kunci %(key)s kembali") % label
            yield Event(row.returned_at, back, _name(row.returned_to))
        if row.return_confirmed_at:
            sure = _("Kembalinya kunci %(key)s dipastikan") % label
            yield Event(row.return_confirmed_at, sure, holder)
