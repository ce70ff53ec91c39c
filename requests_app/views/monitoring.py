"""The monitoring page: alarms, how each camera stands now, how long the volumes will do.

No footage is shown here, and no name but of who takes care of an alarm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import floor
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cctvportal.accounts.access import PersonRequest, page
from cctvportal.common import words
from cctvportal.common.clock import now
from recordings.enums import AlarmKind
from recordings.selectors import Span
from recordings.services import alarms, expiry
from recordings.volume_texts import outlooks
from requests_app.selectors import monitoring
from requests_app.selectors.leaving import on_resuming
from requests_app.selectors.monitoring import Watched
from requests_app.views.alarms import cards
from requests_app.views.confirming import Question, confirming
from requests_app.views.shelf import link

_DAY = timedelta(days=1)
# A break of seconds in a day would be thinner than a line.
_THINNEST = 0.8


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of the day's strip: where it begins and how wide it is, in percent."""

    x: str
    width: str


@dataclass(frozen=True, slots=True)
class Tile:
    """One camera as its tile says it."""

    watched: Watched
    last: datetime | None
    kept: str
    today: str
    has: tuple[Bar, ...]
    gaps: tuple[Bar, ...]


@require_safe
@page("recordings.see_monitoring")
def live(request: PersonRequest) -> HttpResponse:
    """All cameras, the troubled first. htmx fetches the same page and takes its part of it."""
    moment = now()
    watched = monitoring.watch(monitoring.cameras(), monitoring.day_of(moment))
    watched.sort(key=lambda one: one.state.level)
    start, _end = monitoring.bounds(monitoring.day_of(moment))
    tiles = [_tile(one, start) for one in watched]
    halted = expiry.why_halted(by=request.user)
    context = {
        "moment": moment,
        "troubled": [tile for tile in tiles if tile.watched.state.level < 2],
        "good": [tile for tile in tiles if tile.watched.state.level >= 2],
        "figures": _figures(watched, moment - start),
        **_alarms(request, halted),
        **_ways(request),
    }
    template = (
        "monitoring/state.html" if request.headers.get("HX-Request") else "monitoring/live.html"
    )
    return render(request, template, context)


@require_http_methods(["GET", "HEAD", "POST"])
@page("recordings.resume_purge")
def resume_purge(request: PersonRequest) -> HttpResponseBase:
    """Lets expiry go on after it stopped by itself; the reasons stand above the button."""
    question = Question(
        title=_("Lanjutkan penghapusan rekaman?"),
        button=_("Lanjutkan penghapusan"),
        rows=on_resuming(),
        warning=" ".join(expiry.why_halted(by=request.user)),
        info=_("Jam komputer dianggap benar, dan penghapusan berikutnya boleh lebih banyak."),
        danger=True,
        back_url=link("monitoring:live"),
        back_label=_("Pemantauan CCTV"),
    )
    return confirming(
        request,
        question,
        lambda _given: expiry.resume_purge(by=request.user),
        done=_("Penghapusan dilanjutkan pada putaran berikutnya."),
    )


def _alarms(request: PersonRequest, halted: Sequence[str]) -> dict[str, Any]:
    """What is wrong, and how long the volumes will do. Why expiry stopped stands by itself."""
    told = [AlarmKind.PURGE_STOPPED] if halted else []
    return {
        "halted": halted,
        "may_resume": request.user.has_perm(_RESUME),
        "alarm_cards": cards(request.user, leave_out=told),
        "looked_at": alarms.looked_at(),
        "outlooks": outlooks(),
    }


def _ways(request: PersonRequest) -> dict[str, Any]:
    return {
        "books_url": link("books:monitoring") if request.user.has_perm(_BOOKS) else "",
        "incidents_url": link("incidents:list") if request.user.has_perm(_INCIDENTS) else "",
        "crumbs": [("/", _("Beranda"))],
        "here": _("Pemantauan CCTV"),
    }


_RESUME = "recordings.resume_purge"
_BOOKS = "recordings.see_books"
_INCIDENTS = "devices.view_incident"


def _tile(one: Watched, start: datetime) -> Tile:
    return Tile(
        watched=one,
        last=one.plan.last_frame_at if one.plan else None,
        kept=words.duration(one.plan.keep_for, parts=1) if one.plan else "",
        today=_today(one),
        has=tuple(_bar(span, start) for span in one.spans),
        gaps=tuple(_bar(span, start, _THINNEST) for span in one.breaks),
    )


def _today(one: Watched) -> str:
    """The day's breaks in words."""
    if not one.breaks:
        return _("Tidak terputus hari ini.") if one.spans else _("Belum ada rekaman hari ini.")
    lost = words.duration(one.lost)
    if len(one.breaks) == 1:
        only = one.breaks[0]
        if one.open_gap is not None:
            since = words.time(only.start)
            return _("Terputus %(lost)s, sejak %(since)s.") % {"lost": lost, "since": since}
        when = words.hours(only.start, only.end)
        return _("Terputus %(lost)s, %(when)s.") % {"lost": lost, "when": when}
    return _("Terputus %(count)d kali, %(lost)s.") % {"count": len(one.breaks), "lost": lost}


def _bar(span: Span, start: datetime, at_least: float = 0) -> Bar:
    """Percent of the whole day, with a point whatever the page's language is."""
    x = (span.start - start) / _DAY * 100
    width = max((span.end - span.start) / _DAY * 100, at_least)
    return Bar(f"{min(x, 100 - width):.2f}%", f"{width:.2f}%")


def _figures(watched: Sequence[Watched], passed: timedelta) -> list[dict[str, Any]]:
    on = [one for one in watched if one.state.level != 3]
    begin = sum(one.state.begins for one in on)
    of_all = _("dari %d kamera") % len(on)
    look = sum(one.state.level < 2 for one in on)
    lost = sum((one.lost for one in on), timedelta(0))
    return [
        {
            "name": _("Merekam"),
            "value": sum(one.state.records for one in on),
            "detail": _("%(of)s, %(begin)d baru mulai") % {"of": of_all, "begin": begin}
            if begin
            else of_all,
        },
        {"name": _("Perlu dilihat"), "value": look, "detail": _("kamera")},
        {
            "name": _("Rekaman hari ini"),
            "value": f"{words.number(_share(lost, passed * len(on)))}%",
            "detail": _("terputus %s") % words.duration(lost) if lost else _("tanpa terputus"),
        },
    ]


def _share(lost: timedelta, whole: timedelta) -> float:
    """Percent of `whole` without `lost`, rounded down: a second lost is not a hundred."""
    if not whole:
        return 100.0
    return max(0, floor(1000 * (1 - lost / whole))) / 10
