"""The disk leaves the office, and the source of an assessment goes (SOP steps 4 and 5)."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRefresh

from cctvportal.accounts.access import NotAllowed, PersonRequest, page
from recordings.enums import ErasureState, Purpose
from requests_app.desk import certificate, progress
from requests_app.desk.forms.handing import EraseForm, HandOverForm
from requests_app.desk.frame import Press, attempt, bound, elsewhere, shown, told
from requests_app.enums import RequestState
from requests_app.models import AccessRequest
from requests_app.selectors.erasing import cancelled_erasures, erasure_of
from requests_app.selectors.exports import latest_export
from requests_app.selectors.gate import request_for
from requests_app.selectors.source import checks, rows, source_of
from requests_app.services.erase import request_erasure, retry_erasure
from requests_app.services.hand_over import STATEMENT, hand_over

# An erasure can still be looked at once it is done.
_ERASABLE = (RequestState.HANDED_OVER, RequestState.ERASED, RequestState.CLOSED)


@page("requests_app.hand_over")
def hand_disk_over(request: PersonRequest, pk: UUID) -> HttpResponse:
    row = request_for(request.user, pk)
    if turned := elsewhere(request, row, RequestState.EXPORTED):
        return turned
    form = bound(HandOverForm, request)

    def act(_sent: HandOverForm) -> HttpResponse:
        hand_over(row, by=request.user)
        sentence = _("Serah terima dicatat. Minta %s memastikannya di portal.")
        return told(request, sentence % row.applicant.name, "request", row.pk)

    return attempt(form, act) or shown(
        request,
        "hand_over",
        here=_("Serah terima"),
        row=row,
        form=form,
        export=latest_export(row),
        statement=STATEMENT,
    )


@page("requests_app.request_erasure")
def erase_source(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Before: what would go, and the typed number. After: how far the erasure is."""
    row = request_for(request.user, pk)
    if turned := elsewhere(request, row, *_ERASABLE):
        return turned
    form = bound(partial(EraseForm, number=row.number or ""), request)

    def act(sent: EraseForm) -> HttpResponse:
        request_erasure(row, typed=sent.cleaned_data["typed"], by=request.user)
        sentence = _("Pemusnahan diminta. Kepala atau Sekretaris menyetujuinya di portal.")
        return told(request, sentence, "request_erase", row.pk)

    return attempt(form, act) or _erasure_page(request, row, form)


def _erasure_page(request: PersonRequest, row: AccessRequest, form: Form) -> HttpResponse:
    if row.purpose != Purpose.ASSESSMENT or not hasattr(row, "hand_over"):
        raise NotAllowed("requests_app.request_erasure")
    export = row.hand_over.export
    source = source_of(export)
    erasure = erasure_of(row)
    return shown(
        request,
        "erase",
        here=_("Pemusnahan sumber"),
        row=row,
        form=form,
        disk=export.medium.label,
        rows=rows(export, source),
        flags=checks(row, export),
        paper=certificate.paper(row, export, source, request.user.name),
        job=progress.of_erasure(erasure, row.pk) if erasure else None,
        broken=erasure is not None and progress.erasure_stopped(erasure),
        done=erasure is not None and erasure.state == ErasureState.DONE,
        cancelled=cancelled_erasures(row),
    )


@page("requests_app.request_erasure")
def retry_erase(request: PersonRequest, pk: UUID) -> HttpResponse:
    """The button of an erasure whose job gave up."""
    row = request_for(request.user, pk)
    form = bound(Press, request)

    def act(_sent: Press) -> HttpResponse:
        retry_erasure(row, by=request.user)
        return told(request, _("Pemusnahan dilanjutkan."), "request_erase", row.pk)

    return attempt(form, act) or _erasure_page(request, row, form)


@page("requests_app.request_erasure")
def erase_progress(request: PersonRequest, pk: UUID) -> HttpResponse:
    """The part of the page that refreshes itself; the whole page once it is over."""
    row = request_for(request.user, pk)
    erasure = erasure_of(row)
    if erasure is None:
        raise NotAllowed("requests_app.request_erasure")
    job = progress.of_erasure(erasure, row.pk)
    if not job.active:
        return HttpResponseClientRefresh()
    return render(request, "components/job.html", {"job": job})
