"""Writing a new request, one question a page (SOP step 1)."""

from __future__ import annotations

from datetime import date
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from cctvportal.accounts.access import NotAllowed, PersonRequest, page
from cctvportal.common.errors import Conflict, Refused, TooMany
from devices.models import Camera
from requests_app.enums import RequestState
from requests_app.forms.ask import ActivityForm, CameraTimeForm, ContactForm
from requests_app.forms.steps import ConfirmForm, attempt
from requests_app.models import AccessRequest
from requests_app.selectors import request_for
from requests_app.selectors.availability import strips, told_all
from requests_app.selectors.keeping import fate, kept
from requests_app.services.draft import attach_letter, discard_draft, edit_draft, start_draft
from requests_app.services.limits import check_askable, purpose_of
from requests_app.services.submit import submit
from requests_app.views.confirming import Question, confirming
from requests_app.views.words import AFTERWARDS, row, when

QuestionForm = ActivityForm | CameraTimeForm | ContactForm
_FORMS: Final[dict[str, type[QuestionForm]]] = {
    "kegiatan": ActivityForm,
    "kamera": CameraTimeForm,
    "kontak": ContactForm,
}
_TITLES: Final = {
    "kegiatan": gettext_lazy("Untuk kegiatan apa rekaman ini?"),
    "kamera": gettext_lazy("Kamera dan waktu mana yang Anda perlukan?"),
    "kontak": gettext_lazy("Siapa yang bisa dihubungi untuk memastikan?"),
}
_AFTER: Final = {"kegiatan": "kamera", "kamera": "kontak"}


@require_http_methods(["GET", "HEAD", "POST"])
@page("requests_app.ask")
def ask(request: PersonRequest) -> HttpResponseBase:
    """The first question; only its answer makes a draft, so that looking changes nothing."""
    form = ActivityForm(*_sent(request))
    if request.method == "POST" and form.is_valid():
        begun: list[AccessRequest] = []
        if attempt(form, lambda: begun.append(_begin(request, form))):
            return redirect("requests:ask_step", begun[0].pk, "kamera")
    return _question(request, "kegiatan", form)


def _begin(request: PersonRequest, form: ActivityForm) -> AccessRequest:
    letter = form.cleaned_data["letter"]
    return start_draft(answers=form.answers(), letter=letter, by=request.user)


@require_http_methods(["GET", "HEAD", "POST"])
@page("requests_app.ask")
def ask_step(request: PersonRequest, pk: UUID, step: str) -> HttpResponseBase:
    """One question of a draft; what was typed stays when an answer is wrong."""
    draft = draft_for(request, pk)
    if draft.state != RequestState.DRAFT:
        return _sent_before(request, draft)
    kind = _FORMS.get(step)
    if kind is None:
        raise NotAllowed(step)
    form = kind(*_sent(request), initial=kind.standing(draft))
    answered = request.method == "POST" and "look" not in request.POST
    if answered and form.is_valid() and _keep(request, draft, form):
        return _onward(request, draft, step)
    return _question(request, step, form, draft)


def draft_for(request: PersonRequest, pk: UUID) -> AccessRequest:
    """The own request, a draft or no longer; somebody else's is not found."""
    draft = request_for(request.user, pk)
    if draft.state != RequestState.DRAFT and draft.applicant_id != request.user.pk:
        raise NotAllowed("requests_app.ask")
    return draft


def _sent_before(request: PersonRequest, row: AccessRequest) -> HttpResponseBase:
    """For the back button and the second tab: the request is shown, nothing is changed."""
    messages.info(request, _("Permohonan sudah terkirim."))
    waits = row.state == RequestState.SUBMITTED
    return redirect("requests:submitted" if waits else "requests:detail", row.pk)


def _sent(request: PersonRequest) -> tuple[Any, Any]:
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def _keep(request: PersonRequest, draft: AccessRequest, form: QuestionForm) -> bool:
    def act() -> None:
        if isinstance(form, CameraTimeForm):
            found = form.answers()
            check_askable(draft.purpose, found.camera_ids or (), found.starts_at, found.ends_at)
        edit_draft(draft, answers=form.answers(), by=request.user)
        if letter := form.cleaned_data.get("letter"):
            attach_letter(draft, upload=letter, by=request.user)

    return attempt(form, act)


def _onward(request: PersonRequest, draft: AccessRequest, step: str) -> HttpResponseBase:
    if "later" in request.POST:
        return redirect("home")
    if "check" in request.GET or step not in _AFTER:
        return redirect("requests:check", draft.pk)
    return redirect("requests:ask_step", draft.pk, _AFTER[step])


def _question(
    request: PersonRequest, step: str, form: forms.Form, draft: AccessRequest | None = None
) -> HttpResponseBase:
    number = list(_FORMS).index(step) + 1
    facts: dict[str, Any] = {
        "form": form,
        "draft": draft,
        "title": _TITLES[step],
        "eyebrow": _("Permohonan baru, pertanyaan %(n)d dari 3") % {"n": number},
        "back_url": _back(step, draft),
    }
    if step == "kegiatan":
        facts["info"] = AFTERWARDS[purpose_of(draft.applicant if draft else request.user)]
        return render(request, "requests_app/ask.html", facts)
    if step == "kontak":
        return render(request, "requests_app/ask.html", facts)
    assert isinstance(form, CameraTimeForm)  # noqa: S101 - the only one left
    return render(request, "requests_app/ask_camera.html", {**facts, **_footage(form)})


def _back(step: str, draft: AccessRequest | None) -> str:
    before = {after: name for name, after in _AFTER.items()}.get(step)
    if draft is None or before is None:
        return reverse("home")
    return reverse("requests:ask_step", args=[draft.pk, before])


def _footage(form: CameraTimeForm) -> dict[str, Any]:
    """The day's strips, and what one would get of the range if it is whole already."""
    if form.is_bound:
        form.is_valid()
    data = getattr(form, "cleaned_data", {})
    day = data.get("date") or form.initial.get("date")
    facts: dict[str, Any] = {"day": day, "hours": [f"{hour:02d}" for hour in range(24)]}
    cameras = list(Camera.objects.filter(removed_at=None).order_by("name"))
    facts["strips"] = strips(cameras, day) if isinstance(day, date) else []
    chosen = data.get("cameras") or form.initial.get("cameras") or []
    facts["chosen"] = {str(getattr(camera, "pk", camera)) for camera in chosen}
    if form.is_bound and not form.errors:
        start, end = form.edges()
        if start < end:
            facts["promises"] = told_all(list(data["cameras"]), start, end)
            facts["kept"] = kept([camera.pk for camera in data["cameras"]], start, end)
    return facts


@require_http_methods(["GET", "HEAD", "POST"])
@page("requests_app.ask")
def check(request: PersonRequest, pk: UUID) -> HttpResponseBase:
    """All answers once more; the button sends them."""
    draft = draft_for(request, pk)
    if draft.state != RequestState.DRAFT:
        return _sent_before(request, draft)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    facts = {"form": form, "draft": draft, "groups": _answers(draft)}
    if request.method == "POST" and form.is_valid():
        try:
            submit(draft, by=request.user)
        except (Conflict, TooMany):
            raise
        except Refused as refusal:
            form.add_error(None, refusal.message)
            facts["fix_url"] = _where(draft, refusal.field)
        else:
            return redirect("requests:submitted", draft.pk)
    return render(request, "requests_app/check.html", facts)


def _where(draft: AccessRequest, field: str) -> str:
    """The page and the place on it where `field` is answered; empty for a refusal of no field."""
    step = next((name for name, kind in _FORMS.items() if field in kind.base_fields), "")
    if not step:
        return ""
    place = "id_cameras_0" if field == "cameras" else f"id_{field}"
    return reverse("requests:ask_step", args=[draft.pk, step]) + f"?check=1#{place}"


def _answers(draft: AccessRequest) -> list[dict[str, Any]]:
    activity, camera, contact = (
        reverse("requests:ask_step", args=[draft.pk, step]) + "?check=1" for step in _FORMS
    )
    lines: list[str] = []
    if draft.starts_at and draft.ends_at:
        cameras = [each.camera for each in draft.cameras.select_related("camera")]
        lines = told_all(cameras, draft.starts_at, draft.ends_at)
    room = _("Ya, saya perlu masuk ke ruang rekaman") if draft.wants_room else _("Tidak perlu")
    person = ", ".join(filter(None, (draft.validator_name, draft.validator_position)))
    return [
        {
            "title": _("Permohonan"),
            "rows": [
                row(_("Tujuan"), f"{draft.get_purpose_display()}. {_after(draft)}"),
                row(_("Kegiatan"), draft.activity, activity),
                row(_("Dasar pemrosesan"), draft.legal_basis, activity),
                row(_("Surat"), draft.letter_name or _("Tidak ada"), activity),
            ],
        },
        {
            "title": _("Kamera dan waktu"),
            "rows": [
                row(_("Waktu"), when(draft), camera),
                row(_("Kamera"), lines, camera),
                row(_("Masa simpan"), fate(draft)),
                row(_("Kunci ruang rekaman"), room, contact),
            ],
        },
        {
            "title": _("Yang bisa dihubungi Kepala"),
            "rows": [
                row(_("Nama dan jabatan"), person, contact),
                row(_("Telepon"), draft.validator_phone, contact),
            ],
        },
    ]


def _after(draft: AccessRequest) -> str:
    return str(AFTERWARDS[purpose_of(draft.applicant)])


@require_safe
@page("requests_app.ask")
def submitted(request: PersonRequest, pk: UUID) -> HttpResponseBase:
    """What happens now; safe to load again."""
    row_ = request_for(request.user, pk)
    if row_.state == RequestState.DRAFT:
        return redirect("requests:check", pk)
    return render(request, "requests_app/submitted.html", {"request_row": row_})


@require_http_methods(["GET", "HEAD", "POST"])
@page("requests_app.ask")
def discard(request: PersonRequest, pk: UUID) -> HttpResponseBase:
    draft = draft_for(request, pk)
    if draft.state != RequestState.DRAFT:
        return _sent_before(request, draft)
    question = Question(
        title=_("Buang permohonan yang belum dikirim ini?"),
        button=_("Buang"),
        danger=True,
        back_url=reverse("home"),
    )
    return confirming(
        request,
        question,
        lambda _data: discard_draft(draft, by=request.user),
        done=_("Permohonan dibuang."),
    )
