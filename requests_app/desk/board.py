"""The officer's tasks as lines of a list: what, for whom, by when, how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from cctvportal.accounts.models import User
from cctvportal.common import words
from cctvportal.common.clock import now
from recordings.enums import ExportState, Purpose
from requests_app.desk.actions import Action, actions
from requests_app.enums import RequestState
from requests_app.models import AccessRequest, KeyHandout
from requests_app.selectors.exports import latest_export
from requests_app.selectors.lists import Task, desk


@dataclass(frozen=True, slots=True)
class Badge:
    """A state that the status tag can show."""

    word: str
    css: str
    icon: str


@dataclass(frozen=True, slots=True)
class Line:
    """One task. `mine`: the officer acts, else somebody else does."""

    title: str
    row: AccessRequest
    due: datetime | None
    badge: Badge
    action: Action
    mine: bool
    late: bool


def lines() -> list[Line]:
    """All open tasks, those of the officer first, the earliest limit first."""
    return [_line(task) for task in desk()]


def waiting_count(_user: User) -> int:
    """How many requests and keys wait for the officer just now: the figure in the menu."""
    moment = now()
    acts = (
        Q(state=RequestState.APPROVED, decision__confirmed_at__isnull=False)
        | Q(state=RequestState.EXPORTED, hand_over=None)
        | Q(
            state=RequestState.HANDED_OVER,
            purpose=Purpose.ASSESSMENT,
            source_erasure=None,
        )
    )
    late_keys = KeyHandout.objects.filter(returned_at=None, due_at__lt=moment)
    return AccessRequest.objects.filter(acts).count() + late_keys.count()


def _line(task: Task) -> Line:
    return Line(
        title=capfirst(task.what),
        row=task.request,
        due=task.due,
        badge=_badge(task),
        action=_action(task),
        mine=task.mine,
        late=task.is_late,
    )


def _action(task: Task) -> Action:
    if task.handout is not None:
        url = reverse("admin:request_key_in", args=[task.handout.pk])
        return Action(url, _("Terima kunci"), task.what, "key")
    if task.mine and (open_now := actions(task.request)):
        return open_now[0]
    url = reverse("admin:request", args=[task.request.pk])
    return Action(url, _("Buka"), _("membuka permohonan"), "arrow-right")


def _badge(task: Task) -> Badge:
    export = latest_export(task.request) if task.request.state == RequestState.ISSUED else None
    if export is not None and export.state == ExportState.FAILED:
        return Badge(_("Ekspor berhenti"), "stop", "warning")
    if export is not None and export.job and export.state in _MOVING:
        return Badge(_("Menyalin, %d%%") % export.job.percent, "go", "play")
    if task.is_late and task.due:
        return Badge(_("Lewat %s") % words.duration(now() - task.due, parts=1), "stop", "warning")
    if task.handout is not None:
        return Badge(_("Kunci dipegang pemohon"), "go", "key")
    if task.mine:
        return Badge(_("Giliran Anda"), "wait", "hourglass")
    return Badge(_("Menunggu"), "", "clock")


_MOVING = (ExportState.QUEUED, ExportState.WRITING, ExportState.VERIFYING)
