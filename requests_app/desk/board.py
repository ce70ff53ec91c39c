"""The officer's tasks as lines of a list: what, for whom, by when, how it stands."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F, Q
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from cctvportal.accounts.models import User
from cctvportal.common import words
from cctvportal.common.clock import WIB, now
from cctvportal.jobs.models import JobState
from recordings.enums import ErasureState, ExportState, Purpose
from recordings.models import Export
from requests_app.desk.actions import Action, actions
from requests_app.desk.beside import beside
from requests_app.desk.beside import count as count_beside
from requests_app.desk.line import Badge, Line
from requests_app.desk.progress import stopped
from requests_app.enums import RequestState
from requests_app.lifecycle import FINAL
from requests_app.models import AccessRequest, KeyHandout
from requests_app.selectors.due import confirmation_due
from requests_app.selectors.erasing import HAS_ERASURE
from requests_app.selectors.exports import latest_export
from requests_app.selectors.lists import Task, desk


def lines(reader: User) -> list[Line]:
    """All open tasks, those of the officer first, the earliest limit first."""
    found = [*beside(reader), *(_line(task) for task in desk())]
    return sorted(found, key=lambda line: not line.mine)


def waiting_count(user: User) -> int:
    """How much waits for the officer just now: the figure in the menu."""
    moment = now()
    asked = AccessRequest.objects.filter(HAS_ERASURE).values("pk")
    acts = (
        Q(state=RequestState.APPROVED, decision__confirmed_at__isnull=False)
        | Q(state=RequestState.EXPORTED, hand_over=None)
        | Q(state=RequestState.HANDED_OVER, purpose=Purpose.ASSESSMENT) & ~Q(pk__in=asked)
        | Q(
            state=RequestState.HANDED_OVER,
            source_erasures__erasure__job__state=JobState.FAILED,
            source_erasures__erasure__state__in=[ErasureState.CONFIRMED, ErasureState.RUNNING],
        )
        | Q(
            state=RequestState.ISSUED,
            fulfilments__export__job__state=JobState.FAILED,
            fulfilments__export__state__in=_UNENDED,
        )
    )
    late_keys = KeyHandout.objects.filter(returned_at=None, due_at__lt=moment)
    requests = AccessRequest.objects.filter(acts).distinct()
    steps = requests.count() + late_keys.count() + _late_confirmations(moment)
    return steps + count_beside(user)


def _late_confirmations(moment: datetime) -> int:
    """Requests that nobody but their clerk has vouched for in time."""
    waiting = AccessRequest.objects.filter(applicant_confirmed_at=None).exclude(
        Q(entered_by=F("applicant")) | Q(state__in=[RequestState.DRAFT, *FINAL])
    )
    dues = (confirmation_due(row) for row in waiting)
    return sum(due is not None and due < moment for due in dues)


def _line(task: Task) -> Line:
    if task.handout is None and task.request.state == RequestState.ISSUED:
        export = latest_export(task.request)
        if export is not None and export.state != ExportState.CANCELLED:
            return _of_export(task, export)
    return Line(
        title=capfirst(task.what),
        row=task.request,
        due=_due(task.due),
        badge=_badge(task),
        action=_action(task),
        # A key that is out and not yet late is the holder's.
        mine=task.mine and (task.handout is None or task.is_late),
        late=task.is_late,
    )


def _of_export(task: Task, export: Export) -> Line:
    """An export under way is nobody's task; one that stopped is the officer's."""
    halted = stopped(export)
    moving = Badge(_("Menyalin, %d%%") % (export.job.percent if export.job else 0), "go", "play")
    return Line(
        title=_("Ekspor berhenti") if halted else _("Penyalinan ke hard disk berjalan"),
        row=task.request,
        due="",
        badge=Badge(_("Perlu tindakan"), "stop", "warning") if halted else moving,
        action=Action(reverse("admin:export", args=[export.pk]), _("Lihat"), task.what, "disk"),
        mine=halted,
        late=False,
    )


def _due(moment: datetime | None) -> str:
    """The hour alone for today, else with its day."""
    if moment is None:
        return ""
    same_day = moment.astimezone(WIB).date() == now().astimezone(WIB).date()
    return words.time(moment) if same_day else f"{words.short(moment)}{words.HARD_SPACE}WIB"


def _action(task: Task) -> Action:
    if task.handout is not None:
        url = reverse("admin:request_key_in", args=[task.handout.pk])
        return Action(url, _("Terima kunci"), task.what, "key")
    if task.mine and (open_now := actions(task.request)):
        return open_now[0]
    url = reverse("admin:request", args=[task.request.pk])
    return Action(url, _("Buka"), _("membuka permohonan"), "arrow-right")


def _badge(task: Task) -> Badge:
    if task.is_late and task.due:
        return Badge(_("Lewat %s") % words.duration(now() - task.due, parts=1), "stop", "warning")
    if task.handout is not None:
        return Badge(_("Kunci dipegang pemohon"), "go", "key")
    if task.mine:
        return Badge(_("Giliran Anda"), "wait", "hourglass")
    return Badge(_("Menunggu"), "", "clock")


# A job that gave up may not have been able to say so on its export.
_UNENDED = (
    ExportState.FAILED,
    ExportState.QUEUED,
    ExportState.WRITING,
    ExportState.VERIFYING,
)
