"""SOP step 1 by word of mouth, or on paper while the portal was down."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _

from cctvportal.accounts.access import PersonRequest, page
from requests_app.desk.forms.oral import OutageForm, TakeDownForm
from requests_app.desk.frame import attempt, bound, shown, told
from requests_app.models import AccessRequest
from requests_app.services.take_down import enter_after_outage, take_down_oral


@page("requests_app.take_down")
def oral(request: PersonRequest) -> HttpResponse:
    form = bound(TakeDownForm, request)

    def act(sent: TakeDownForm) -> HttpResponse:
        person = sent.cleaned_data["applicant"]
        with sent.once():
            row = take_down_oral(applicant=person, answers=sent.answers, by=request.user)
        return _taken(request, row)

    return attempt(form, act) or shown(
        request,
        "act",
        here=_("Permohonan lisan"),
        title=_("Catat permohonan lisan"),
        info=_(
            "Pemohon memastikan permohonan ini sendiri di portal, paling lambat satu hari kerja."
        ),
        form=form,
        button=_("Kirim permohonan"),
    )


@page("requests_app.take_down")
def after_outage(request: PersonRequest) -> HttpResponse:
    form = bound(OutageForm, request)

    def act(sent: OutageForm) -> HttpResponse:
        person = sent.cleaned_data["applicant"]
        with sent.once():
            row = enter_after_outage(
                applicant=person, answers=sent.answers, by=request.user, **sent.outage
            )
        return _taken(request, row)

    return attempt(form, act) or shown(
        request,
        "act",
        here=_("Permohonan susulan"),
        title=_("Catat permohonan yang dibuat di kertas saat portal mati"),
        info=_("Waktu kejadian dan waktu pencatatan tertulis terpisah di semua buku."),
        form=form,
        button=_("Kirim permohonan"),
    )


def _taken(request: PersonRequest, row: AccessRequest) -> HttpResponse:
    facts = {"number": row.number, "who": row.applicant.name}
    sentence = _("Permohonan %(number)s dicatat untuk %(who)s.") % facts
    return told(request, sentence, "request", row.pk)
