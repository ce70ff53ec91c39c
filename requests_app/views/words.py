"""How a request is told on its pages: summary, card, steps."""

from __future__ import annotations

from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cctvportal.accounts.models import User
from cctvportal.common import words
from recordings.enums import Purpose
from requests_app.enums import RequestState
from requests_app.lifecycle import RECORDING_STEP, STEPS, Step
from requests_app.models import AccessRequest
from requests_app.selectors.due import confirmation_due
from requests_app.selectors.keeping import fate
from requests_app.selectors.keys_out import KeyDuty
from requests_app.selectors.next_step import Turn, next_step
from requests_app.selectors.sop_clock import StepTime, sop_clock

AFTERWARDS = {
    Purpose.ASSESSMENT: gettext_lazy(
        "Direkam ke hard disk, lalu sumber rekamannya dihapus karena rahasia."
    ),
    Purpose.SECURITY: gettext_lazy(
        "Direkam ke hard disk. Sumber rekaman kedaluwarsa sendiri oleh sistem."
    ),
}


def row(label: str, value: Any, change_url: str = "") -> dict[str, Any]:
    """A row of the summary list; a list of lines or one value."""
    kind = "lines" if isinstance(value, list) else "value"
    return {"label": label, kind: value, "change_url": change_url}


def when(request: AccessRequest, *, approved: bool = False) -> str:
    """The range in words, the approved one where there is one and it is asked for."""
    start, end = request.starts_at, request.ends_at
    if approved and request.approved_start:
        start, end = request.approved_start, request.approved_end
    if start is None or end is None:
        return ""
    if words.date(start) == words.date(end):
        return f"{words.weekday_date(start)}, {words.hours(start, end)}"
    return words.hours(start, end)


def camera_names(request: AccessRequest) -> list[str]:
    """Each camera, and that the decision left it out where it did."""
    decided = request.approved_start is not None
    return [
        each.camera.name
        if each.approved or not decided
        else _("%s (tidak disetujui)") % each.camera
        for each in request.cameras.select_related("camera")
    ]


def summary(request: AccessRequest) -> list[dict[str, Any]]:
    """What was asked, for everybody who may see the request."""
    validator = [request.validator_name, request.validator_position, request.validator_phone]
    rows = [
        row(_("Pemohon"), f"{request.applicant.name}, {request.applicant.jabatan}"),
        row(_("Tujuan"), request.get_purpose_display()),
        row(_("Kegiatan"), request.activity),
        row(_("Dasar pemrosesan"), request.legal_basis),
        row(_("Waktu rekaman"), when(request)),
    ]
    if request.approved_start and request.approved_end:
        rows.append(row(_("Waktu yang disetujui"), when(request, approved=True)))
    return [
        *rows,
        row(_("Kamera"), camera_names(request)),
        row(_("Masa simpan"), fate(request)),
        row(_("Kunci ruang rekaman"), _("Diminta") if request.wants_room else _("Tidak diminta")),
        row(_("Yang bisa dihubungi"), ", ".join(filter(None, validator))),
        *_late_entry(request),
    ]


def _late_entry(request: AccessRequest) -> list[dict[str, Any]]:
    if request.happened_at is None:
        return []
    note = _("%(why)s. Terjadi %(when)s.") % {
        "why": request.outage_note,
        "when": words.date_time(request.happened_at),
    }
    return [row(_("Dicatat kemudian"), note)]


def card(request: AccessRequest, user: User) -> dict[str, Any]:
    """The request as a card of a list, with what comes next."""
    step = next_step(request)
    mine = step is not None and step.turn == Turn.APPLICANT and request.applicant_id == user.pk
    count = len(request.cameras.all())
    cameras = _("%d kamera") % count if count else ""
    found: dict[str, Any] = {
        "title": request.activity or _("Permohonan belum lengkap"),
        "url": reverse("requests:detail", args=[request.pk]),
        "state": request.status,
        "facts": [fact for fact in (request.number, cameras, when(request)) if fact],
        "primary": mine,
    }
    if request.needs_confirmation and request.applicant_id == user.pk:
        return {**found, **_to_confirm(request)}
    if mine:
        found |= _button(request)
    if step is not None:
        who = _("Anda") if mine else step.who
        found["who"] = f"{who}: {step.what}."
        found["then"] = _("Paling lambat %s.") % words.date_time(step.due) if step.due else ""
    return found


def key_card(request: AccessRequest, duty: KeyDuty) -> dict[str, Any]:
    """The card of a request that is over but for a key."""
    found = {
        "title": request.activity,
        "url": reverse("requests:detail", args=[request.pk]),
        "state": request.status,
        "facts": [request.number, when(request)],
        "primary": True,
        "who": duty.text,
        "then_icon": "key",
    }
    if duty.action:
        found |= {"action_url": key_url(duty), "action": duty.action}
    return found


def key_url(duty: KeyDuty) -> str:
    return reverse("requests:confirm_key", args=[duty.handout])


def _to_confirm(request: AccessRequest) -> dict[str, Any]:
    due = confirmation_due(request)
    return {
        "state": None,
        "primary": True,
        "who": _("Anda: pastikan permohonan yang dicatat petugas ini benar dari Anda."),
        "then": _("Paling lambat %s.") % words.date_time(due) if due else "",
        **_button(request),
    }


def _button(request: AccessRequest) -> dict[str, str]:
    action = next_action(request)
    return {"action_url": action["url"], "action": action["action"]} if action else {}


def next_action(request: AccessRequest) -> dict[str, str]:
    """The one button of the applicant's next step, where there is a page for it."""
    names = {
        RequestState.DRAFT: ("requests:check", _("Lanjutkan mengisi")),
        RequestState.ISSUED: ("room:open", _("Buka ruang periksa")),
        RequestState.EXPORTED: ("requests:receive", _("Pastikan serah terima")),
    }
    if request.needs_confirmation:
        name, label = "requests:confirm_oral", _("Periksa dan pastikan")
    elif request.status in names:
        name, label = names[request.status]
    else:
        return {}
    try:
        url = reverse(name, args=[request.pk])
    except NoReverseMatch:
        return {}
    return {"url": url, "action": label}


def steps(request: AccessRequest) -> list[dict[str, Any]]:
    """The SOP's steps with their real and standard times, for components/steps.html."""
    begun = {time.step.number: time for time in sop_clock(request)}
    ended = request.status in {
        RequestState.REFUSED,
        RequestState.WITHDRAWN,
        RequestState.REVOKED,
        RequestState.LAPSED,
    }
    assessment = request.purpose == Purpose.ASSESSMENT
    rows = [*STEPS[:3], STEPS[RECORDING_STEP - 1 if assessment else RECORDING_STEP]]
    return [
        _step(step, begun.get(step.number)) for step in rows if not ended or step.number in begun
    ]


def _step(step: Step, time: StepTime | None) -> dict[str, Any]:
    standard = _("standar %s") % words.duration(step.standard)
    found: dict[str, Any] = {"title": step.title, "text": step.actor, "state": "todo"}
    if time is None:
        return {**found, "clock": standard.capitalize()}
    found["state"] = "now" if time.runs else "done"
    found["late"] = time.is_late
    length = words.duration(time.net)
    if time.pauses:
        reasons = "; ".join(pause.reason for pause in time.pauses)
        found["text"] = _("%(actor)s. Jeda keadaan kahar: %(why)s") % {
            "actor": step.actor,
            "why": reasons,
        }
    at = words.date_time(time.ended_at) if time.ended_at else _("Sedang berjalan")
    found["clock"] = at if time.is_late else f"{at} ({length}, {standard})"
    if time.is_late:
        over = words.duration(time.over)
        found["over"] = _("%(length)s, lewat %(over)s dari standar") % {
            "length": length,
            "over": over,
        }
    return found


def about(shown: AccessRequest, *more: dict[str, Any], granted: bool = False) -> dict[str, Any]:
    """The request on the page of one step: eyebrow, facts and `more` of them, the way back."""
    label = _("Yang diberi izin") if granted else _("Pemohon")
    return {
        "eyebrow": _("Permohonan %s") % shown.number,
        "rows": [
            row(label, f"{shown.applicant.name}, {shown.applicant.jabatan}"),
            row(_("Kegiatan"), shown.activity),
            row(_("Kamera"), camera_names(shown)),
            row(_("Waktu rekaman"), when(shown, approved=True)),
            *more,
        ],
        "back_url": reverse("requests:detail", args=[shown.pk]),
        "back_label": _("Kembali"),
    }
