"""What the desk's views share: crumbs, a form's way to its service, what is said afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cctvportal.common.errors import Conflict, Refused
from recordings.enums import ExportState
from recordings.models import Export
from requests_app.enums import RequestState
from requests_app.models import AccessRequest

F = TypeVar("F", bound=forms.BaseForm)


class Press(forms.Form):
    """A button with nothing to fill in."""


def bound(make: Callable[..., F], request: HttpRequest) -> F:
    """The form, filled from a POST even when that is empty; untouched otherwise.

    `make` is a form class, perhaps with some of its arguments filled in.
    """
    return make(request.POST, request.FILES) if request.method == "POST" else make()


def attempt(form: F, act: Callable[[F], HttpResponse]) -> HttpResponse | None:
    """What `act` answers to a sent and valid form, else None: then the form is shown (again).

    A refusal becomes a sentence at its field, and what was typed stays. A conflict passes through:
    somebody was first, and the page itself is out of date (409).
    """
    if not form.is_bound or not form.is_valid():
        return None
    try:
        return act(form)
    except Conflict:
        raise
    except Refused as refusal:
        field = refusal.field if refusal.field in form.fields else None
        form.add_error(field, refusal.message)
        return None


def shown(
    request: HttpRequest,
    template: str,
    *,
    here: str,
    row: AccessRequest | None = None,
    **context: Any,
) -> HttpResponse:
    """A page of the desk, with its way back; `here` is the page's name in that way."""
    crumbs = [(reverse("admin:desk"), _("Tugas saya"))]
    if row is not None:
        word = _("Permohonan %s") % row
        crumbs.append((reverse("admin:request", args=[row.pk]), word))
    if template == "board":
        crumbs = []
    facts = {"here": here, "crumbs": crumbs, "row": row, **context}
    return render(request, f"desk/{template}.html", facts)


def told(request: HttpRequest, sentence: str, name: str, *args: Any) -> HttpResponse:
    """Says what was done, on the page `admin:<name>`."""
    messages.success(request, sentence)
    return redirect(f"admin:{name}", *args)


def elsewhere_copy(request: HttpRequest, export: Export) -> HttpResponse | None:
    """Leads back to the export when there is nothing left to wipe of it; None when there is."""
    waits = export.state == ExportState.CANCELLED and export.wiped_at is None
    if request.method == "POST" or (waits and export.wipe_job_id is not None):
        return None
    messages.info(request, _("Tidak ada lagi yang perlu dihapus dari hard disk ini."))
    return redirect("admin:export", export.pk)


def elsewhere(
    request: HttpRequest, row: AccessRequest, *states: RequestState
) -> HttpResponse | None:
    """Leads back to the request when a page for `states` is opened at another; None when it fits.

    Only for looking: what a form sends is judged by its service, which says who was first.
    """
    if request.method == "POST" or row.status in states:
        return None
    sentence = _("Langkah itu tidak tersedia sekarang. Permohonan ini: %s.") % row.status.word
    messages.info(request, sentence)
    return redirect("admin:request", row.pk)
