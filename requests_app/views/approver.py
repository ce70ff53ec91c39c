"""The approver's inbox and decisions (SOP step 2)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from cctvportal.accounts.access import PersonRequest, allows, page, require
from cctvportal.accounts.models import User
from cctvportal.common import words
from recordings.enums import Purpose
from recordings.models import PolicyChange
from recordings.selectors import coverage
from requests_app.desk import hold_words
from requests_app.enums import Outcome, RequestState, Verdict
from requests_app.forms.steps import ApproveForm, ReasonForm, ValidationForm, attempt
from requests_app.models import AccessRequest
from requests_app.selectors import request_for, retention
from requests_app.selectors.availability import told
from requests_app.selectors.calls import denied_call, missing_call
from requests_app.selectors.erasing import erasure_of
from requests_app.selectors.holds import waiting_orders
from requests_app.selectors.lead_in import lead_in
from requests_app.selectors.lists import erasures_to_confirm, inbox, same_footage, told_by_phone
from requests_app.selectors.retention import to_confirm
from requests_app.services.advance import first_was
from requests_app.services.close import revoke
from requests_app.services.decide import approve, refuse
from requests_app.services.phone import confirm_phone_decision
from requests_app.services.validate import record_validation
from requests_app.views.confirming import Question, confirming
from requests_app.views.words import AFTERWARDS, about, card, row, summary

# The page behind each kind of card, and the button that leads there.
_DECIDE: Final = ("decide", gettext_lazy("Baca dan putuskan"))
_CONFIRM: Final = ("confirm_phone", gettext_lazy("Pastikan keputusan"))
_ERASE: Final = ("confirm_erasure", gettext_lazy("Periksa pemusnahan"))


@require_safe
@page("requests_app.inbox")
def show_inbox(request: PersonRequest) -> HttpResponseBase:
    """What waits for this person, oldest first. There is no deciding of several at once."""
    person = request.user
    facts = {
        "waiting": [_card(row, person, _DECIDE, row.submitted_at) for row in inbox(person)],
        "phoned": [
            _card(row, person, _CONFIRM, row.decision.entered_at) for row in told_by_phone(person)
        ],
        "erasures": [
            _card(row, person, _ERASE, _asked_at(row)) for row in erasures_to_confirm(person)
        ],
        "holds": [
            {"order": order, "badge": hold_words.badge(order)} for order in waiting_orders(person)
        ],
        "may_hold": allows("recordings.see_holds", person),
        "terms": [_term_card(each) for each in to_confirm(person)],
    }
    return render(request, "requests_app/inbox.html", facts)


def _card(
    row: AccessRequest, person: User, way: tuple[str, Any], since: datetime | None
) -> dict[str, Any]:
    """The request as a card that leads to the one page where this person acts."""
    name, action = way
    url = reverse(f"approver:{name}", args=[row.pk])
    own = {"url": url, "action_url": url, "action": action, "who": row.applicant.name}
    waits = _("Menunggu sejak %s.") % words.date_time(since) if since else ""
    return {**card(row, person), **own, "then": waits}


def _asked_at(row: AccessRequest) -> datetime | None:
    erasure = erasure_of(row)
    return erasure.requested_at if erasure else None


def _term_card(change: PolicyChange) -> dict[str, Any]:
    """A change of how long footage is kept, as a card that leads to its question."""
    url = reverse("retention:confirm", args=[change.pk])
    own = {"url": url, "action_url": url, "action": _("Periksa perubahan")}
    return {**retention.card(change), **own}


@require_http_methods(["GET", "HEAD", "POST"])
@page("requests_app.decide")
def decide(request: PersonRequest, pk: UUID) -> HttpResponseBase:
    """Everything on one page: who, why, which cameras, what to know, whom to call."""
    shown = _waiting(request, pk)
    form = ValidationForm(
        request.POST if request.method == "POST" else None, initial={"name": shown.validator_name}
    )
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(form, lambda: _call(request, shown, form.cleaned_data))
    ):
        messages.success(request, _("Hasil telepon dicatat."))
        return redirect("approver:decide", pk)
    facts = {
        "shown": shown,
        "form": form,
        "flags": _flags(shown),
        "rows": [*summary(shown), row(_("Sesudahnya"), AFTERWARDS[Purpose(shown.purpose)])],
        "calls": shown.validations.all(),
    }
    return render(request, "requests_app/decide.html", facts)


def _waiting(request: PersonRequest, pk: UUID) -> AccessRequest:
    """The request while it waits. Raises Conflict with who decided, NotAllowed on one's own."""
    shown = request_for(request.user, pk)
    require("requests_app.decide", request.user, shown)
    if shown.state != RequestState.SUBMITTED:
        raise first_was(shown)
    return shown


def _call(request: PersonRequest, shown: AccessRequest, data: dict[str, Any]) -> None:
    named = data["name"] == shown.validator_name
    record_validation(
        shown,
        name=data["name"],
        outcome=Outcome(data["outcome"]),
        position=shown.validator_position if named else "",
        phone=shown.validator_phone if named else "",
        note=data["note"],
        by=request.user,
    )


def _flags(shown: AccessRequest) -> list[dict[str, str]]:
    """What to know before deciding, the good news too, so that silence is not a guess."""
    flags = []
    if shown.starts_at and shown.ends_at:
        cameras = [each.camera for each in shown.cameras.select_related("camera")]
        found = coverage([camera.pk for camera in cameras], shown.starts_at, shown.ends_at)
        for camera, cover in zip(cameras, found, strict=True):
            kind = "ok" if cover.is_whole else "warn"
            flags.append({"kind": kind, "text": told(camera, cover)})
        early = lead_in([camera.pk for camera in cameras], shown.starts_at)
        flags.append({"kind": "ok", "text": early})
    if denied := denied_call(shown):
        text = _("%s tidak membenarkan kegiatan ini. Menyetujuinya perlu alasan tertulis.")
        flags.append({"kind": "bad", "text": text % denied.name})
    if shown.needs_confirmation:
        text = _("Dicatat %s, dan belum dipastikan pemohon.") % shown.entered_by.name
        flags.append({"kind": "warn", "text": text})
    flags += [
        {"kind": "warn", "text": _("Rekaman yang sama diminta dalam permohonan %s.") % number}
        for number in same_footage(shown)
    ]
    return flags


@require_http_methods(["GET", "HEAD", "POST"])
@page("requests_app.decide")
def approve_request(request: PersonRequest, pk: UUID) -> HttpResponseBase:
    """The decision said once more, with what it may leave out."""
    shown = _waiting(request, pk)
    form = ApproveForm(request.POST if request.method == "POST" else None, request=shown)
    question = Question(
        title=_("Pastikan: Anda menyetujui permohonan ini"),
        button=_("Setujui"),
        info=_("Setelah disetujui, Petugas CCTV menyerahkan sandi. Izin masih bisa Anda cabut."),
        **about(shown, _called(shown), granted=True),
        **_only_after_a_call(shown, Verdict.APPROVED),
    )
    return confirming(
        request,
        question,
        lambda data: approve(
            shown,
            scope=form.scope(),
            note=data["note"],
            despite=data.get("despite", ""),
            by=request.user,
        ),
        form=form,
        done=_("Permohonan disetujui."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("requests_app.decide")
def refuse_request(request: PersonRequest, pk: UUID) -> HttpResponseBase:
    shown = _waiting(request, pk)
    question = Question(
        title=_("Pastikan: Anda menolak permohonan ini"),
        button=_("Tolak"),
        info=_("Rekaman tidak ditahan lagi, dan terhapus pada waktunya."),
        danger=True,
        **about(shown, _called(shown)),
        **_only_after_a_call(shown, Verdict.REFUSED),
    )
    return confirming(
        request,
        question,
        lambda data: refuse(shown, reason=data["reason"], by=request.user),
        form=ReasonForm(request.POST if request.method == "POST" else None),
        done=_("Permohonan ditolak."),
    )


def _only_after_a_call(shown: AccessRequest, verdict: Verdict) -> dict[str, Any]:
    """In place of the button, where the service would refuse the decision."""
    call = reverse("approver:decide", args=[shown.pk]) + "#telepon"
    return {"blocked": missing_call(shown, verdict), "way": (call, _("Catat hasil telepon"))}


def _called(shown: AccessRequest) -> dict[str, Any]:
    lines = [
        f"{call.name}, {words.time(call.called_at)}: {call.get_outcome_display().lower()}"
        for call in shown.validations.all()
    ]
    return row(_("Sudah dihubungi"), lines or _("Belum ada. Hubungi dahulu sebelum memutuskan."))


@require_http_methods(["GET", "HEAD", "POST"])
@page("requests_app.revoke")
def revoke_permission(request: PersonRequest, pk: UUID) -> HttpResponseBase:
    shown = request_for(request.user, pk)
    question = Question(
        title=_("Cabut izin ini?"),
        button=_("Cabut izin"),
        info=_("Sandi tidak berlaku lagi sejak saat ini, dan ekspor yang berjalan dihentikan."),
        danger=True,
        **about(shown),
    )
    return confirming(
        request,
        question,
        lambda data: revoke(shown, reason=data["reason"], by=request.user),
        form=ReasonForm(request.POST if request.method == "POST" else None),
        done=_("Izin dicabut."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("requests_app.confirm_phone")
def confirm_phone(request: PersonRequest, pk: UUID) -> HttpResponseBase:
    """The own login behind a decision that was told by phone."""
    shown = request_for(request.user, pk)
    require("requests_app.confirm_phone", request.user, shown)
    question = Question(
        title=_("Benarkah ini keputusan Anda?"),
        button=_("Ya, ini keputusan saya"),
        **_told_by_phone(shown),
    )
    return confirming(
        request,
        question,
        lambda _data: confirm_phone_decision(shown, by=request.user),
        done=_("Keputusan sudah Anda pastikan."),
    )


def _told_by_phone(shown: AccessRequest) -> dict[str, Any]:
    """The decision as it was written down, and what to do when it is not one's own."""
    decision = shown.decision
    said = _("%(verdict)s lewat telepon pada %(when)s, dicatat %(clerk)s") % {
        "verdict": decision.get_verdict_display(),
        "when": words.date_time(decision.decided_at),
        "clerk": decision.logged_by.name if decision.logged_by else "",
    }
    rows = [row(_("Keputusan"), said)]
    if decision.despite:
        rows.append(row(_("Disetujui walau tidak dibenarkan"), decision.despite))
    if decision.verdict == Verdict.REFUSED:
        info = _("Bila keliru, hubungi Petugas CCTV; pemohon dapat mengajukan lagi.")
        return {"info": info, **about(shown, *rows, row(_("Alasan"), decision.reason))}
    revoke_url = reverse("approver:revoke", args=[shown.pk])
    return {
        "info": _("Tanpa kepastian Anda dalam 24 jam, izin ini gugur."),
        "otherwise": (revoke_url, _("Bukan keputusan saya: cabut izin")),
        **about(shown, *rows, granted=True),
    }
