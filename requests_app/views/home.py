from __future__ import annotations

from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from cctvportal.accounts.access import PersonRequest, allows, page
from cctvportal.accounts.enums import Role
from cctvportal.accounts.models import User
from requests_app.lifecycle import FINAL
from requests_app.models import AccessRequest
from requests_app.selectors.keys_out import key_duties
from requests_app.selectors.lists import own_requests
from requests_app.selectors.next_step import Turn, next_step
from requests_app.views.words import card, key_card, when

# Where each role's day begins; the first that exists is taken.
_BEGINS = {
    Role.APPLICANT: ("requests:mine",),
    Role.APPROVER: ("approver:inbox",),
    Role.OFFICER: ("admin:desk", "admin:index"),
    Role.AUDITOR: ("books:access", "requests:all"),
    Role.IT_ADMIN: ("admin:index",),
}


@require_safe
@page("requests_app.home")
def home(request: PersonRequest) -> HttpResponseBase:
    """Leads each to where their work lies."""
    return redirect(_begins(request.user))


def _begins(user: User) -> str:
    for name in _BEGINS[Role(user.role)]:
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return reverse("requests:mine")


@require_safe
@page("requests_app.ask")
def mine(request: PersonRequest) -> HttpResponseBase:
    """The own requests: what needs the person, what runs, what is over."""
    acting, running, over = [], [], []
    for row in own_requests(request.user):
        duties = key_duties(row) if row.status in FINAL else []
        if duties:
            acting.append(key_card(row, duties[0]))
        elif row.status in FINAL:
            over.append({"request": row, "when": when(row)})
        elif row.needs_confirmation or _is_turn(row, request.user):
            acting.append(card(row, request.user))
        else:
            running.append(card(row, request.user))
    facts = {
        "acting": acting,
        "running": running,
        "over": over,
        "may_ask": allows("requests_app.ask", request.user),
    }
    return render(request, "requests_app/mine.html", facts)


def _is_turn(row: AccessRequest, user: User) -> bool:
    step = next_step(row)
    return step is not None and step.turn == Turn.APPLICANT and row.applicant_id == user.pk
