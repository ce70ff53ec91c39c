from __future__ import annotations

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.utils.translation import gettext as _

from cctvportal.accounts.access import PersonRequest, page
from cctvportal.common.clock import now
from requests_app.desk import facts
from requests_app.desk.actions import actions
from requests_app.desk.board import lines
from requests_app.desk.frame import shown
from requests_app.desk.progress import stopped
from requests_app.forms.find import FindForm
from requests_app.selectors.exports import latest_export
from requests_app.selectors.gate import request_for
from requests_app.selectors.history import history
from requests_app.selectors.lists import sent_requests
from requests_app.selectors.next_step import Turn, next_step


@page("requests_app.desk")
def desk(request: PersonRequest) -> HttpResponse:
    """The officer's home: what to do now, and what waits for others."""
    found = lines(request.user)
    return shown(
        request,
        "board",
        here=_("Tugas saya"),
        mine=[line for line in found if line.mine],
        others=[line for line in found if not line.mine],
        late=sum(line.late for line in found if line.mine),
        moment=now(),
    )


@page("requests_app.desk")
def all_requests(request: PersonRequest) -> HttpResponse:
    """Every request that was ever sent, newest first."""
    form = FindForm(request.GET)
    shown_rows = Paginator(form.among(sent_requests()), 25).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    return shown(
        request,
        "all_requests",
        here=_("Semua permohonan"),
        filter_form=form,
        page=shown_rows,
        query=query.urlencode(),
    )


@page("requests_app.desk")
def one_request(request: PersonRequest, pk: UUID) -> HttpResponse:
    """One request: how it stands, what comes next, what was asked, what happened."""
    row = request_for(request.user, pk)
    open_now, step = actions(row), next_step(row)
    export = latest_export(row)
    halted = export is not None and stopped(export)
    mine = halted or (step is not None and step.turn == Turn.OFFICER)
    return shown(
        request,
        "request",
        here=_("Permohonan %s") % row,
        subject=row,
        next_step=step,
        first=open_now[0] if mine and open_now else None,
        more=open_now[1:] if mine else open_now,
        asked=facts.asked(row),
        steps=facts.steps(row),
        events=history(row),
        export=export,
    )
