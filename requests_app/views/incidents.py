"""Kendala rekaman and keadaan kahar: what is open, and the two plain forms."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cctvportal.accounts.access import PersonRequest, page
from cctvportal.common import words
from cctvportal.common.errors import Conflict, Refused
from devices.enums import IncidentCause, IncidentKind
from devices.forms.incidents import CloseIncidentForm, OpenIncidentForm
from devices.models import Incident
from devices.services.incidents import close_incident, open_incident
from requests_app.views.shelf import places

_RECENT = 20


@require_safe
@page("devices.view_incident")
def index(request: PersonRequest) -> HttpResponse:
    """What goes on just now, and what ended lately. The books tell all."""
    found = Incident.objects.select_related("reported_by").prefetch_related("cameras__room")
    closed = found.exclude(ended_at=None).order_by("-ended_at")[:_RECENT]
    context = {
        "open": [_told(row) for row in found.filter(ended_at=None)],
        "closed": [_told(row) for row in closed],
        "may_report": request.user.has_perm("devices.report_incident"),
        **_place(_("Kendala dan keadaan kahar")),
    }
    return render(request, "incidents/index.html", context)


def _told(row: Incident) -> dict[str, Any]:
    return {"row": row, "where": places(row.cameras.all()) or _("Seluruh kantor")}


@require_http_methods(["GET", "HEAD", "POST"])
@page("devices.report_incident")
def note(request: PersonRequest) -> HttpResponse:
    """The form that opens a line of book 2 or 5."""
    first = request.GET.get("jenis", IncidentKind.FAULT)
    form = OpenIncidentForm(_sent(request), initial={"kind": first})
    if form.is_valid() and _opened(request, form):
        messages.success(request, _("Kejadian dicatat. Tutup catatan ini setelah selesai."))
        return redirect("incidents:list")
    context = {"form": form, **_place(_("Catat kejadian"), deeper=True)}
    return render(request, "incidents/open.html", context, status=_status(form))


def _sent(request: PersonRequest) -> Any:
    """The answers, also where all are empty; None for a page that is only opened."""
    return request.POST if request.method == "POST" else None


def _opened(request: PersonRequest, form: OpenIncidentForm) -> bool:
    answers = form.cleaned_data
    assert form.started_at is not None  # noqa: S101 - both of its fields are required
    try:
        open_incident(
            kind=IncidentKind(answers["kind"]),
            cause=IncidentCause(answers["cause"]),
            started_at=form.started_at,
            description=answers["description"],
            cameras=answers["cameras"],
            by=request.user,
        )
    except Refused as refusal:
        return _say(form, refusal)
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@page("devices.report_incident")
def close(request: PersonRequest, pk: int) -> HttpResponse:
    """The form that ends it. One that is over already says so and changes nothing."""
    incident = get_object_or_404(Incident, pk=pk)
    form = CloseIncidentForm(_sent(request))
    if form.is_valid() and _closed(request, incident, form):
        messages.success(request, _("Catatan ditutup."))
        return redirect("incidents:list")
    context = {
        "form": form,
        "rows": _summary(incident),
        "incident": incident,
        **_place(_("Tutup catatan"), deeper=True),
    }
    return render(request, "incidents/close.html", context, status=_status(form))


def _closed(request: PersonRequest, incident: Incident, form: CloseIncidentForm) -> bool:
    assert form.ended_at is not None  # noqa: S101 - both of its fields are required
    try:
        close_incident(
            incident,
            ended_at=form.ended_at,
            action_taken=form.cleaned_data["action_taken"],
            by=request.user,
        )
    except Conflict:
        raise
    except Refused as refusal:
        return _say(form, refusal)
    return True


def _say(form: forms.Form, refusal: Refused) -> bool:
    """Puts the refusal at its field; False, for nothing has been done."""
    known: dict[str, str] = getattr(form, "PLACES", {})
    place = known.get(refusal.field, refusal.field)
    form.add_error(place if place in form.fields else None, refusal.message)
    return False


def _status(form: forms.Form) -> int:
    return 400 if form.is_bound and form.errors else 200


def _summary(incident: Incident) -> list[dict[str, str]]:
    where = places(incident.cameras.select_related("room")) or _("Seluruh kantor")
    return [
        {"label": _("Jenis"), "value": incident.get_kind_display()},
        {"label": _("Sebab"), "value": incident.get_cause_display()},
        {"label": _("Kamera"), "value": where},
        {"label": _("Mulai"), "value": words.date_time(incident.started_at)},
        {"label": _("Yang terjadi"), "value": incident.description},
    ]


def _place(here: str, *, deeper: bool = False) -> dict[str, Any]:
    crumbs = [("/", _("Beranda"))]
    if deeper:
        crumbs.append((reverse("incidents:list"), _("Kendala dan keadaan kahar")))
    return {"crumbs": crumbs, "here": here}
