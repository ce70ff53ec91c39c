"""How long each step of the SOP really took, beside its standard time; without keadaan kahar."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from cctvportal.common.clock import now
from devices.enums import IncidentKind
from devices.models import Incident
from recordings.enums import Purpose
from requests_app.enums import RequestState
from requests_app.lifecycle import RECORDING_STEP, STEPS, Step, allowed
from requests_app.models import AccessRequest


@dataclass(frozen=True, slots=True)
class Pause:
    """A part of a step's time that does not count, and why."""

    start: datetime
    end: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class StepTime:
    """One step: `ended_at` None while it runs; `net` is its time without the pauses."""

    step: Step
    started_at: datetime
    ended_at: datetime | None
    pauses: tuple[Pause, ...]
    net: timedelta

    @property
    def runs(self) -> bool:
        return self.ended_at is None

    @property
    def is_late(self) -> bool:
        return self.net > self.step.standard

    @property
    def over(self) -> timedelta:
        """By how much the standard time is passed; zero when it is kept."""
        return max(self.net - self.step.standard, timedelta(0))


def sop_clock(request: AccessRequest) -> list[StepTime]:
    """The steps of `request` begun so far, in order, derived from its transitions alone.

    Step 1 begins with the draft, each next one where the last ended; the recording step not
    before the approved time is over, and it ends at the hand-over. Times are those at which
    things happened, which for late entries is not when they were written down.
    """
    ends = _ends(request)
    begin = request.happened_at or request.created_at
    found: list[StepTime] = []
    incidents = _force_majeure(request)
    for step in _steps(request):
        if step.number >= RECORDING_STEP and request.approved_end:
            begin = max(begin, request.approved_end)
        end = ends.get(step.number)
        if end is None and not _may_run(request, step.number):
            break
        until = end or max(now(), begin)
        pauses = _pauses(incidents, begin, until)
        net = max(until - begin, timedelta(0)) - _total(pauses)
        found.append(StepTime(step, begin, end, pauses, net))
        if end is None:
            break
        begin = end
    return found


def _steps(request: AccessRequest) -> Sequence[Step]:
    recording = STEPS[3] if request.purpose == Purpose.ASSESSMENT else STEPS[4]
    return (*STEPS[:3], recording)


def _ends(request: AccessRequest) -> dict[int, datetime]:
    ends: dict[int, datetime] = {}
    for row in request.transitions.all():
        move = allowed(RequestState(row.source), RequestState(row.target))
        if move and move.ends_step:
            number = move.ends_step
            if number == RECORDING_STEP and request.purpose == Purpose.SECURITY:
                number += 1
            ends[number] = row.happened_at
    return ends


_RUNNING_STEP = {
    RequestState.DRAFT: (1,),
    RequestState.SUBMITTED: (2,),
    RequestState.APPROVED: (3,),
    RequestState.ISSUED: (4, 5),
    RequestState.EXPORTED: (4, 5),
}


def _may_run(request: AccessRequest, number: int) -> bool:
    return number in _RUNNING_STEP.get(request.status, ())


def _force_majeure(request: AccessRequest) -> list[Incident]:
    """Keadaan kahar that touches a camera of the request, or, naming none, the whole office."""
    cameras = request.cameras.values("camera")
    return list(
        Incident.objects.filter(
            Q(cameras__in=cameras) | Q(cameras=None), kind=IncidentKind.FORCE_MAJEURE
        )
        .distinct()
        .order_by("started_at")
    )


def _pauses(incidents: Iterable[Incident], begin: datetime, end: datetime) -> tuple[Pause, ...]:
    """The overlap of each incident with [begin, end); what two share counts once."""
    pauses: list[Pause] = []
    reached = begin
    for incident in incidents:
        start = max(incident.started_at, reached)
        stop = min(incident.ended_at or end, end)
        if start < stop:
            reason = f"{incident.get_cause_display()}: {incident.description}"
            pauses.append(Pause(start, stop, reason))
            reached = stop
    return tuple(pauses)


def _total(pauses: Iterable[Pause]) -> timedelta:
    return sum((pause.end - pause.start for pause in pauses), timedelta(0))
