"""The applicant's steps after a request was sent."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cctvportal.accounts.access import PersonRequest, allows, page
from cctvportal.common import words
from requests_app.enums import RequestState
from requests_app.forms.steps import MaybeReasonForm, SecrecyForm
from requests_app.models import AccessRequest
from requests_app.selectors import request_for
from requests_app.selectors.due import confirmation_due
from requests_app.selectors.gate import handout_for
from requests_app.selectors.history import history
from requests_app.selectors.keys_out import key_duties
from requests_app.selectors.next_step import Turn, next_step
from requests_app.services.close import close_without_export
from requests_app.services.hand_over import STATEMENT, receive
from requests_app.services.keys import confirm_key_received, confirm_key_returned
from requests_app.services.take_down import confirm_oral
from requests_app.services.withdraw import withdraw
from requests_app.views.confirming import Question, confirming
from requests_app.views.words import camera_names, key_url, next_action, row, steps, summary, when


@require_safe
@page("requests_app.view")
def detail(request: PersonRequest, pk: UUID) -> HttpResponseBase:
    """The request as each may see it: what comes next, the way so far, what was asked."""
    shown = request_for(request.user, pk)
    own = shown.applicant_id == request.user.pk
    facts = {
        "shown": shown,
        "own": own,
        "next": _next(shown, own=own),
        "steps": steps(shown),
        "summary": summary(shown),
        "history": history(shown),
        "confirm_by": confirmation_due(shown) if own else None,
        "may_withdraw": own and shown.state == RequestState.SUBMITTED,
        "may_return": own and shown.state == RequestState.ISSUED,
        "may_revoke": shown.state in {RequestState.APPROVED, RequestState.ISSUED}
        and allows("requests_app.revoke", request.user, shown),
    }
    return render(request, "requests_app/detail.html", facts)


def _next(shown: AccessRequest, *, own: bool) -> dict[str, Any] | None:
    """What comes next; below it, or alone where nothing else does, the applicant's keys."""
    keys = _keys(shown) if own else []
    step = _step(shown, own=own)
    if step is None:
        asked = any(key["url"] for key in keys)
        title = _("pastikan kunci ruang") if asked else _("kembalikan kunci ruang")
        return {"title": title, "more": keys} if keys else None
    return {**step, "more": keys}


def _keys(shown: AccessRequest) -> list[dict[str, str]]:
    return [
        {"text": duty.text, "action": duty.action, "url": key_url(duty) if duty.action else ""}
        for duty in key_duties(shown)
    ]


def _step(shown: AccessRequest, *, own: bool) -> dict[str, Any] | None:
    step = next_step(shown)
    if step is None:
        return None
    mine = own and step.turn == Turn.APPLICANT
    found = {"title": step.what if mine else f"{step.who}: {step.what}"}
    if step.due:
        found["text"] = _("Paling lambat %(when)s, %(ago)s.") % {
            "when": words.date_time(step.due),
            "ago": words.ago(step.due),
        }
    if mine:
        found |= next_action(shown)
    return found


def _about(shown: AccessRequest) -> dict[str, Any]:
    """What every question about a request says, and the way back."""
    return {
        "eyebrow": _("Permohonan %s") % shown.number if shown.number else "",
        "rows": [
            row(_("Kegiatan"), shown.activity),
            row(_("Waktu rekaman"), when(shown, approved=True)),
            row(_("Kamera"), camera_names(shown)),
        ],
        "back_url": reverse("requests:detail", args=[shown.pk]),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@page("requests_app.withdraw")
def withdraw_request(request: PersonRequest, pk: UUID) -> HttpResponseBase:
    shown = request_for(request.user, pk)
    question = Question(
        title=_("Tarik permohonan ini?"),
        button=_("Tarik permohonan"),
        info=_("Rekaman tidak ditahan lagi, dan terhapus pada waktunya."),
        danger=True,
        **_about(shown),
    )
    return confirming(
        request,
        question,
        lambda data: withdraw(shown, reason=data["reason"], by=request.user),
        form=MaybeReasonForm(request.POST if request.method == "POST" else None),
        done=_("Permohonan ditarik."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("requests_app.confirm_own")
def confirm_oral_request(request: PersonRequest, pk: UUID) -> HttpResponseBase:
    """The applicant's own login makes what an officer wrote down theirs."""
    shown = request_for(request.user, pk)
    question = Question(
        title=_("Apakah permohonan ini benar dari Anda?"),
        button=_("Ya, ini permohonan saya"),
        info=_("Bila bukan dari Anda, jangan pastikan; tarik permohonannya atau hubungi Kepala."),
        **_about(shown),
    )
    return confirming(
        request,
        question,
        lambda _data: confirm_oral(shown, by=request.user),
        done=_("Terima kasih, permohonan sudah Anda pastikan."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("requests_app.hold_key")
def confirm_key(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Both ways of a key: first that it was received, later that it was given back."""
    handout = handout_for(request.user, pk)
    back = handout.received_confirmed_at is not None
    label = {"key": handout.key.label}
    question = Question(
        title=_("Anda sudah mengembalikan kunci %(key)s?") % label
        if back
        else _("Anda sudah menerima kunci %(key)s?") % label,
        button=_("Ya, sudah saya kembalikan") if back else _("Ya, sudah saya terima"),
        **_about(handout.request),
    )
    act = confirm_key_returned if back else confirm_key_received
    return confirming(
        request,
        question,
        lambda _data: act(handout, by=request.user),
        done=_("Dicatat. Terima kasih."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("requests_app.receive")
def receive_disk(request: PersonRequest, pk: UUID) -> HttpResponseBase:
    """The disk is in the applicant's hands, with the pernyataan kerahasiaan."""
    shown = request_for(request.user, pk)
    question = Question(
        title=_("Anda sudah menerima hard disk?"),
        button=_("Terima dan nyatakan"),
        info=STATEMENT,
        **_about(shown),
    )
    return confirming(
        request,
        question,
        lambda data: receive(shown, agrees=data["agrees"], by=request.user),
        form=SecrecyForm(request.POST if request.method == "POST" else None),
        done=_("Serah terima selesai."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("requests_app.end_access")
def return_access(request: PersonRequest, pk: UUID) -> HttpResponseBase:
    shown = request_for(request.user, pk)
    question = Question(
        title=_("Kembalikan akses sekarang?"),
        button=_("Kembalikan akses"),
        info=_("Permohonan selesai tanpa perekaman. Sandi tidak berlaku lagi."),
        danger=True,
        **_about(shown),
    )
    return confirming(
        request,
        question,
        lambda _data: close_without_export(shown, by=request.user),
        done=_("Akses dikembalikan."),
    )
