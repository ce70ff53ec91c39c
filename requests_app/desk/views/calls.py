"""SOP step 2 as the officer sees it: the call that vouches, the decision told by phone."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _

from cctvportal.accounts.access import PersonRequest, page
from requests_app.desk import facts
from requests_app.desk.forms.calls import CallForm, PhoneDecisionForm
from requests_app.desk.frame import attempt, bound, elsewhere, shown, told
from requests_app.enums import RequestState
from requests_app.selectors.gate import request_for
from requests_app.services.phone import log_phone_decision
from requests_app.services.validate import record_validation


@page("requests_app.desk")
def validation(request: PersonRequest, pk: UUID) -> HttpResponse:
    row = request_for(request.user, pk)
    if turned := elsewhere(request, row, RequestState.SUBMITTED):
        return turned
    form = bound(partial(CallForm, subject=row), request)

    def act(sent: CallForm) -> HttpResponse:
        record_validation(row, **sent.call, by=request.user)
        return told(request, _("Telepon validasi dicatat."), "request", row.pk)

    texts = {
        "here": _("Telepon validasi"),
        "title": _("Siapa yang Anda hubungi untuk memastikan kegiatan ini?"),
        "button": _("Catat telepon"),
        "phone": row.validator_phone,
    }
    return attempt(form, act) or shown(
        request, "act", row=row, form=form, aside=facts.asked(row), **texts
    )


@page("requests_app.log_phone")
def phone_decision(request: PersonRequest, pk: UUID) -> HttpResponse:
    row = request_for(request.user, pk)
    if turned := elsewhere(request, row, RequestState.SUBMITTED):
        return turned
    form = bound(partial(PhoneDecisionForm, subject=row), request)

    def act(sent: PhoneDecisionForm) -> HttpResponse:
        log_phone_decision(row, **sent.decision, by=request.user)
        sentence = _("Keputusan dicatat. %s harus memastikannya di portal dalam 24 jam.")
        return told(request, sentence % sent.cleaned_data["approver"].name, "request", row.pk)

    texts = {
        "here": _("Keputusan lewat telepon"),
        "title": _("Apa keputusan yang disampaikan lewat telepon?"),
        "info": _("Sandi dan ekspor baru diberikan setelah yang memutuskan memastikannya."),
        "button": _("Catat keputusan"),
    }
    called = row.validations.exists()
    return attempt(form, act) or shown(
        request, "act", row=row, form=form, called=called, aside=facts.asked(row), **texts
    )
