from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext as _

from cctvportal.jobs.models import JobState
from recordings.enums import ErasureState
from requests_app.enums import RequestState
from requests_app.lifecycle import FIVE_MINUTES, ONE_DAY, PHONE_CONFIRMATION
from requests_app.models import AccessRequest
from requests_app.selectors.erasing import erasure_of
from requests_app.selectors.permit import running_export


class Turn(StrEnum):
    """Whose turn it is."""

    APPLICANT = "applicant"
    APPROVER = "approver"
    OFFICER = "officer"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class NextStep:
    """What comes next: who, what (a phrase that follows a colon), by when (None: no limit)."""

    turn: Turn
    who: str
    what: str
    due: datetime | None


def next_step(request: AccessRequest) -> NextStep | None:
    """What `request` waits for; None once it has ended."""
    answer = _BY_STATE.get(request.status)
    return answer(request) if answer else None


def _officer(what: str, due: datetime | None = None) -> NextStep:
    return NextStep(Turn.OFFICER, _("Petugas CCTV"), what, due)


def _applicant(request: AccessRequest, what: str, due: datetime | None = None) -> NextStep:
    return NextStep(Turn.APPLICANT, request.applicant.name, what, due)


def _draft(request: AccessRequest) -> NextStep:
    return _applicant(request, _("melengkapi dan mengirim permohonan"))


def _submitted(request: AccessRequest) -> NextStep:
    due = request.submitted_at + FIVE_MINUTES if request.submitted_at else None
    return NextStep(Turn.APPROVER, _("Kepala atau Sekretaris"), _("memutuskan izin"), due)


def _approved(request: AccessRequest) -> NextStep:
    decision = request.decision
    if decision.awaits_login:
        due = decision.entered_at + PHONE_CONFIRMATION
        what = _("memastikan keputusan yang disampaikan lewat telepon")
        return NextStep(Turn.APPROVER, decision.decided_by.name, what, due)
    return _officer(_("menyerahkan sandi dan kunci"), decision.decided_at + FIVE_MINUTES)


def _issued(request: AccessRequest) -> NextStep:
    if running_export(request):
        return _officer(_("menunggu penyalinan ke hard disk selesai"))
    live = request.issuances.filter(revoked_at=None).first()
    return _applicant(
        request, _("memeriksa rekaman di ruang periksa"), live.expires_at if live else None
    )


def _exported(request: AccessRequest) -> NextStep:
    if hasattr(request, "hand_over"):
        return _applicant(request, _("memastikan serah terima hard disk"))
    if request.needs_confirmation:
        return _applicant(request, _("memastikan permohonan yang dicatat petugas"))
    return _officer(_("menyerahkan hard disk"))


def _handed_over(request: AccessRequest) -> NextStep:
    erasure = erasure_of(request)
    if erasure is None:
        received = request.hand_over.received_at
        due = received + ONE_DAY if received else None
        return _officer(_("meminta pemusnahan sumber rekaman"), due)
    if erasure.job is not None and erasure.job.state == JobState.FAILED:
        return _officer(_("melanjutkan pemusnahan sumber yang berhenti"))
    if erasure.state == ErasureState.REQUESTED:
        who = _("Kepala atau Sekretaris")
        return NextStep(Turn.APPROVER, who, _("menyetujui pemusnahan sumber"), None)
    what = _("memusnahkan sumber setelah masa tunggu")
    return NextStep(Turn.SYSTEM, _("Sistem"), what, erasure.due_at)


_BY_STATE = {
    RequestState.DRAFT: _draft,
    RequestState.SUBMITTED: _submitted,
    RequestState.APPROVED: _approved,
    RequestState.ISSUED: _issued,
    RequestState.EXPORTED: _exported,
    RequestState.HANDED_OVER: _handed_over,
}
