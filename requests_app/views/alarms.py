"""Alarms in words: the cards of the monitoring page, what is over, and what to do about each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cctvportal.accounts.access import PersonRequest, page
from cctvportal.accounts.models import User
from cctvportal.common import words
from recordings.alarm_guide import GUIDE
from recordings.alarm_texts import TEXTS, anchor
from recordings.enums import AlarmKind
from recordings.models import Alarm
from recordings.services import alarms
from recordings.services.alarms import Told
from requests_app.views.shelf import link

_A_PAGE = 25
_TAKE = "recordings.take_alarm"


@dataclass(frozen=True, slots=True)
class Card:
    """One alarm. `take_url` is empty where this person has nothing to take."""

    told: Told
    guide_url: str
    take_url: str

    @property
    def row(self) -> Alarm:
        return self.told.row


def cards(user: User, *, leave_out: Iterable[AlarmKind] = ()) -> list[Card]:
    """What is open, as this person sees it."""
    found = alarms.told(alarms.current())
    return [card(user, one) for one in found if one.kind not in leave_out]


def card(user: User, one: Told) -> Card:
    mine = user.role in one.text.acts and user.has_perm(_TAKE)
    takes = mine and bool(one.row.pk) and one.row.taken_by is None
    return Card(
        told=one,
        guide_url=f"{link('monitoring:guide')}#{anchor(one.kind)}",
        take_url=link("monitoring:take_alarm", one.row.pk) if takes else "",
    )


@page(_TAKE)
@require_POST
def take_alarm(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Notes that this person takes care of it, and goes back to the monitoring page."""
    alarms.take(get_object_or_404(Alarm, pk=pk), by=request.user)
    messages.success(request, _("Dicatat: Anda menangani alarm ini."))
    return redirect("monitoring:live")


@dataclass(frozen=True, slots=True)
class Past:
    """A line of the history."""

    told: Told
    start: datetime
    end: datetime
    lasted: str


@require_safe
@page("recordings.see_monitoring")
def past(request: PersonRequest) -> HttpResponseBase:
    """What is over: when it was, for how long, and who took care."""
    shown = Paginator(alarms.recent(), _A_PAGE).get_page(request.GET.get("page"))
    context = {
        "rows": [_past(one) for one in alarms.told(shown)],
        "page": shown,
        **_place(_("Alarm yang sudah selesai")),
    }
    return render(request, "monitoring/past.html", context)


def _past(one: Told) -> Past:
    start, end = one.row.opened_at, one.row.cleared_at or one.row.last_seen_at
    return Past(one, start, end, words.duration(end - start))


@require_safe
@page("recordings.see_monitoring")
def guide(request: PersonRequest) -> HttpResponseBase:
    """Each kind of alarm: what it means, what to do in which order, whom to call."""
    context = {
        "entries": [
            {"anchor": anchor(kind), "kind": kind, "text": TEXTS[kind], "guide": GUIDE[kind]}
            for kind in AlarmKind
        ],
        **_place(_("Petunjuk alarm")),
    }
    return render(request, "monitoring/guide.html", context)


def _place(here: str) -> dict[str, object]:
    crumbs = [("/", _("Beranda")), (link("monitoring:live"), _("Pemantauan CCTV"))]
    return {"crumbs": crumbs, "here": here}
