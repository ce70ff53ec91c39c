"""Alarms in words: the cards of the monitoring page, what is over, and what to do about each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
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

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_A_PAGE = 25
_TAKE = "recordings.take_alarm"


@dataclass(frozen=True, slots=True)
class Way:
    """The page on which something is done about a kind of alarm; `own`: of its subject."""

    page: str
    word: _StrPromise
    permission: str
    own: bool = False


_NOTE: Final = Way("incidents:open", gettext_lazy("Catat kendala"), "devices.report_incident")
_MEDIA: Final = Way(
    "admin:recordings_volume_changelist",
    gettext_lazy("Buka media simpan"),
    "recordings.view_volume",
)
_HOLDS: Final = gettext_lazy("Buka penahanan")
_WAYS: Final[Mapping[AlarmKind, Way]] = {
    AlarmKind.SILENT_CAMERA: _NOTE,
    AlarmKind.SILENT_MANY: _NOTE,
    AlarmKind.RATE_UNUSUAL: _NOTE,
    AlarmKind.FORECAST_LOW: _MEDIA,
    AlarmKind.BELOW_FLOOR: _MEDIA,
    AlarmKind.DISK: _MEDIA,
    AlarmKind.HOLD_QUOTA: Way("holds:list", _HOLDS, "recordings.see_holds"),
    AlarmKind.HOLD_ENDING: Way("holds:detail", _HOLDS, "recordings.see_holds", own=True),
    AlarmKind.JOB_GAVE_UP: Way("admin:desk", gettext_lazy("Buka tugas saya"), "requests_app.desk"),
}


@dataclass(frozen=True, slots=True)
class Card:
    """One alarm. `take_url` is empty where this person has nothing to take.

    `way_url` leads to where they may do something about it, empty where there is no such page.
    """

    told: Told
    guide_url: str
    take_url: str
    way_url: str = ""
    way: str = ""

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
        **_way(user, one),
    )


def _way(user: User, one: Told) -> dict[str, str]:
    way = _WAYS.get(one.kind)
    if way is None or not user.has_perm(way.permission):
        return {}
    subject = [one.row.subject] if way.own else []
    return {"way_url": link(way.page, *subject), "way": str(way.word)}


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
