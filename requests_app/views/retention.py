"""How long footage is kept, and the second person's word on a change of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cctvportal.accounts.access import PersonRequest, page
from cctvportal.common.errors import Conflict
from cctvportal.jobs.models import JobState
from recordings.enums import ChangeState
from recordings.models import PolicyChange
from recordings.services import retention
from recordings.services.retention import Wish
from requests_app.selectors.retention import (
    EARLY_NOTE,
    begins,
    card,
    changes,
    effects,
    facts,
    groups,
    mark,
    open_changes,
    title,
)
from requests_app.views.confirming import Question, confirming

_LATELY = 10


@require_safe
@page("recordings.view_retention")
def overview(request: PersonRequest) -> HttpResponse:
    """The policies with their cameras, what is asked for, and what was changed lately."""
    over = changes().filter(state__in=[ChangeState.DONE, ChangeState.CANCELLED])
    context = {
        "groups": groups(),
        "open": [card(one) for one in open_changes()],
        "over": [card(one) for one in over.order_by("-asked_at")[:_LATELY]],
        "asks": request.user.has_perm("recordings.ask_policychange"),
        "crumbs": [("/", _("Beranda"))],
        "here": _("Masa simpan"),
    }
    return render(request, "retention/overview.html", context)


@require_safe
@page("recordings.view_retention")
def detail(request: PersonRequest, pk: UUID) -> HttpResponse:
    """One change: what was asked and answered, and what it does as long as it can be stopped."""
    shown = _change(pk)
    person = request.user
    waits = shown.state == ChangeState.REQUESTED and shown.asked_by != person
    context = {
        "title": title(shown),
        "state": mark(shown),
        "rows": facts(shown),
        "confirms": waits and person.has_perm("recordings.confirm_policychange"),
        "cancels": shown.can_be_cancelled and person.has_perm("recordings.cancel_policychange"),
        "broken": shown.job.error if shown.job and shown.job.state == JobState.FAILED else "",
        "retries": person.has_perm("recordings.cancel_policychange"),
        "change": shown,
        "crumbs": [(reverse("retention:overview"), _("Masa simpan"))],
        "here": _("Perubahan masa simpan"),
        **(_effect(shown) if shown.can_be_cancelled else {}),
    }
    return render(request, "retention/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@page("recordings.confirm_policychange")
def confirm(request: PersonRequest, pk: UUID) -> HttpResponseBase:
    """All that the second person needs on one screen, counted anew, and the button."""
    shown = _change(pk)
    if shown.state != ChangeState.REQUESTED:
        raise Conflict(retention.answered(shown))
    effect = _effect(shown)
    question = Question(
        title=_("Setujui perubahan masa simpan ini?"),
        button=_("Setujui perubahan"),
        flags=effect["flags"],
        warning=effect["warning"],
        info=effect["begins"],
        danger=bool(effect["warning"]),
        otherwise=(reverse("retention:cancel", args=[shown.pk]), _("Tolak permintaan ini")),
        **_about(shown),
    )
    return confirming(
        request,
        question,
        lambda _given: retention.confirm(shown, by=request.user),
        done=_("Perubahan disetujui."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("recordings.cancel_policychange")
def cancel(request: PersonRequest, pk: UUID) -> HttpResponseBase:
    shown = _change(pk)
    question = Question(
        title=_("Batalkan perubahan ini?"),
        button=_("Batalkan perubahan"),
        info=_("Masa simpan tetap seperti sekarang."),
        danger=True,
        **_about(shown),
    )
    return confirming(
        request,
        question,
        lambda _given: retention.cancel(shown, by=request.user),
        done=_("Perubahan dibatalkan."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("recordings.cancel_policychange")
def retry(request: PersonRequest, pk: UUID) -> HttpResponseBase:
    """The way on for a change whose job gave up; what was moved already stays moved."""
    shown = _change(pk)
    question = Question(title=_("Lanjutkan perubahan ini?"), button=_("Lanjutkan"), **_about(shown))
    return confirming(
        request,
        question,
        lambda _given: retention.retry(shown, by=request.user),
        done=_("Perubahan dilanjutkan."),
    )


def _change(pk: UUID) -> PolicyChange:
    shown = changes().filter(pk=pk).first()
    if shown is None:
        raise Http404(str(pk))
    return shown


def _about(shown: PolicyChange) -> dict[str, Any]:
    return {
        "eyebrow": title(shown),
        "rows": facts(shown),
        "back_url": reverse("retention:detail", args=[shown.pk]),
        "back_label": _("Kembali"),
    }


def _effect(shown: PolicyChange) -> dict[str, Any]:
    """What it does to the footage of this minute."""
    found = retention.expected(Wish.of(shown), at=shown.due_at)
    sentence = _("Rekaman yang terhapus tidak dapat dikembalikan. %s") % EARLY_NOTE
    return {
        "flags": effects(found),
        "begins": "" if shown.due_at else begins(found),
        "warning": sentence if found.gone else "",
    }
