"""What the checker asks of requests (security.md 4): no footage left without another's decision.

Registered with `recordings.services.verify`, which runs it for operators and the fault suite.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, pairwise
from typing import Final

from django.db.models import CharField, Count, IntegerField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat, Lower

from cctvportal.audit.models import Entry
from recordings.enums import ExportState
from recordings.models import Export
from recordings.services.verify import Survey, register
from requests_app.enums import RequestState, Verdict
from requests_app.lifecycle import allowed
from requests_app.models import AccessRequest, Decision, Fulfilment, Transition

_CHUNK: Final = 1000
# A request that came to one of these gives nothing out any more.
_BROKEN_OFF: Final = (
    RequestState.REFUSED,
    RequestState.WITHDRAWN,
    RequestState.REVOKED,
    RequestState.LAPSED,
)


def register_all() -> None:
    register("I3", exports_are_decided)
    register("I4", requests_move_step_by_step)
    register("I5", moves_are_booked)


def exports_are_decided(survey: Survey) -> None:
    """I3: whatever was written to a disk stands on a live decision that another person made."""
    orphans = Export.objects.filter(fulfilment=None).order_by("pk")
    for export in orphans.iterator(_CHUNK):
        survey.violated("I3", f"ekspor {export.number} {export.pk}", "tidak ada permohonannya")
    ties = Fulfilment.objects.select_related("export", "request__decision")
    for tie in (
        ties.order_by("pk")
        .prefetch_related("export__cameras", "request__cameras", "request__transitions")
        .iterator(_CHUNK)
    ):
        survey.count("exports_decided")
        for sentence in _faults(tie):
            survey.violated("I3", f"ekspor {tie.export.number} {tie.export.pk}", sentence)


def _faults(tie: Fulfilment) -> Iterator[str]:
    export, request = tie.export, tie.request
    decision: Decision | None = getattr(request, "decision", None)
    if decision is None or decision.verdict != Verdict.APPROVED or decision.awaits_login:
        yield "permohonannya belum disetujui"
        return
    if export.reference != str(request.pk):
        yield "permohonannya bukan yang tertulis padanya"
    if decision.decided_by_id in {export.exported_by_id, request.applicant_id}:
        yield "disetujui oleh orang yang sama dengan yang memohon atau mengekspor"
    approved = {row.camera_id for row in request.cameras.all() if row.approved}
    if not {row.camera_id for row in export.cameras.all()} <= approved:
        yield "memuat kamera yang tidak disetujui"
    start, end = request.approved_start, request.approved_end
    if start is None or end is None or not start <= export.starts_at < export.ends_at <= end:
        yield "memuat waktu yang tidak disetujui"
    ended = {move.target for move in request.transitions.all()} & set(_BROKEN_OFF)
    if export.state == ExportState.VERIFIED and ended:
        yield "selesai, padahal izinnya sudah berakhir"


def requests_move_step_by_step(survey: Survey) -> None:
    """I4: each move once, one after the other, and the last leads to where the request stands."""
    moves = Transition.objects.select_related("request").order_by("request", "pk")
    for request, theirs in groupby(moves.iterator(_CHUNK), key=lambda move: move.request):
        survey.count("requests")
        steps = list(theirs)
        begins = steps[0].source == RequestState.DRAFT
        joined = all(before.target == after.source for before, after in pairwise(steps))
        known = all(allowed(_state(move.source), _state(move.target)) for move in steps)
        if not (begins and joined and known and steps[-1].target == request.state):
            way = " > ".join([steps[0].source, *(move.target for move in steps)])
            told = f"langkahnya {way}, statusnya {request.state}"
            survey.violated("I4", f"permohonan {request.number} {request.pk}", told)
    unmoved = AccessRequest.objects.filter(transitions=None).exclude(state=RequestState.DRAFT)
    for request in unmoved.iterator(_CHUNK):
        told = f"berstatus {request.state} tanpa satu langkah pun"
        survey.violated("I4", f"permohonan {request.number} {request.pk}", told)


def moves_are_booked(survey: Survey) -> None:
    """I5: one line of the access book a move."""
    action = Concat(Value("request."), Lower(OuterRef("target")))
    lines = Entry.objects.filter(
        subject_type="requests_app.accessrequest",
        subject_id=Cast(OuterRef("request"), CharField()),
        action=action,
    )
    count = lines.order_by().values("subject_id").annotate(found=Count("*")).values("found")
    moves = Transition.objects.annotate(
        booked=Coalesce(Subquery(count, output_field=IntegerField()), 0)
    )
    survey.count("moves", moves.count())
    for move in moves.filter(~Q(booked=1)).select_related("request").iterator(_CHUNK):
        told = f"langkah ke {move.target} tercatat {move.booked} kali"
        survey.violated("I5", f"permohonan {move.request.number} {move.request.pk}", told)


def _state(word: str) -> RequestState:
    return RequestState(word)
