"""What each actor has before them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from cctvportal.accounts.models import User
from cctvportal.common.clock import now
from recordings.enums import ErasureState
from requests_app.enums import RequestState, Verdict
from requests_app.lifecycle import FINAL
from requests_app.models import AccessRequest, KeyHandout
from requests_app.selectors.due import confirmation_due
from requests_app.selectors.holds import waiting_orders
from requests_app.selectors.next_step import Turn, next_step
from requests_app.selectors.retention import to_confirm

_PEOPLE = ("applicant", "entered_by", "decided_by", "decision__decided_by")


def _requests() -> QuerySet[AccessRequest]:
    return AccessRequest.objects.select_related(*_PEOPLE)


def own_requests(user: User) -> QuerySet[AccessRequest]:
    """Those that `user` asked for, newest first; what an officer wrote down for them too.

    A draft that somebody else is still writing is not yet theirs.
    """
    mine = Q(applicant=user) & (~Q(state=RequestState.DRAFT) | Q(entered_by=user))
    beside = ("cameras__camera", "handouts__key")
    return _requests().filter(mine).prefetch_related(*beside).order_by("-created_at")


def inbox(user: User) -> QuerySet[AccessRequest]:
    """What waits for a decision, oldest first, without the own requests of `user`."""
    waiting = _requests().filter(state=RequestState.SUBMITTED).exclude(applicant=user)
    return waiting.prefetch_related("cameras__camera").order_by("submitted_at")


def told_by_phone(user: User) -> QuerySet[AccessRequest]:
    """Decisions written down in the name of `user` that wait for their own login."""
    return _requests().filter(
        Q(state=RequestState.APPROVED, decision__verdict=Verdict.APPROVED)
        | Q(state=RequestState.REFUSED, decision__verdict=Verdict.REFUSED),
        decision__decided_by=user,
        decision__confirmed_at=None,
    )


def erasures_to_confirm(user: User) -> QuerySet[AccessRequest]:
    """Assessments whose erasure an officer asked for and `user` may agree to."""
    return (
        _requests()
        .filter(
            state=RequestState.HANDED_OVER, source_erasures__erasure__state=ErasureState.REQUESTED
        )
        .exclude(applicant=user)
    )


def sent_requests() -> QuerySet[AccessRequest]:
    """All that were ever sent, newest first, for the desk, approvers and auditors."""
    return _requests().exclude(state=RequestState.DRAFT).order_by("-submitted_at")


@dataclass(frozen=True, slots=True)
class Task:
    """One line of the officer's desk: what comes next, for whom, by when."""

    request: AccessRequest
    what: str
    due: datetime | None
    mine: bool
    handout: KeyHandout | None = None

    @property
    def is_late(self) -> bool:
        return self.due is not None and self.due < now()


def desk() -> list[Task]:
    """The officer's tasks and what they wait for from others, the earliest limit first."""
    tasks = [*_keys_out(), *_steps()]
    far = datetime.max.replace(tzinfo=now().tzinfo)
    return sorted(tasks, key=lambda task: (not task.mine, task.due or far))


def _keys_out() -> list[Task]:
    out = KeyHandout.objects.filter(returned_at=None).select_related("key", "request__applicant")
    return [
        Task(row.request, _("menerima kembali kunci %s") % row.key.label, row.due_at, True, row)  # noqa: FBT003 - the field is `mine`
        for row in out
    ]


def _steps() -> list[Task]:
    tasks = []
    running = _requests().exclude(state__in=[RequestState.DRAFT, *FINAL]).order_by("submitted_at")
    for request in running:
        if due := confirmation_due(request):
            remind = _("mengingatkan pemohon memastikan permohonan")
            tasks.append(Task(request, remind, due, mine=due < now()))
        if step := next_step(request):
            what = step.what if step.turn == Turn.OFFICER else f"{step.who}: {step.what}"
            tasks.append(Task(request, what, step.due, mine=step.turn == Turn.OFFICER))
    return tasks


def same_footage(request: AccessRequest) -> list[str]:
    """The numbers of other running requests for a camera and time of this one."""
    if request.starts_at is None or request.ends_at is None:
        return []
    others = AccessRequest.objects.filter(
        cameras__camera__in=request.cameras.values("camera"),
        starts_at__lt=request.ends_at,
        ends_at__gt=request.starts_at,
    ).exclude(Q(pk=request.pk) | Q(state__in=[RequestState.DRAFT, *FINAL]))
    numbers = others.order_by("submitted_at").values_list("number", flat=True).distinct()
    return [number for number in numbers if number]


def waiting_for(user: User) -> int:
    """How much waits for the decision or the login of `user`: the menu's count."""
    found = (inbox(user), told_by_phone(user), erasures_to_confirm(user), to_confirm(user))
    return sum(rows.count() for rows in found) + len(list(waiting_orders(user)))
