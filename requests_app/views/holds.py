"""Penahanan rekaman: what is held, one order, and the form by which one is given or proposed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cctvportal.accounts.access import PersonRequest, allows, page
from recordings.enums import OrderState
from recordings.models import HoldOrder
from recordings.services import held, hold_orders, outlook
from recordings.services.held import VolumeHeld
from requests_app.desk import hold_words
from requests_app.desk.forms.holds import HoldForm, KnowsForm
from requests_app.forms.steps import attempt
from requests_app.selectors.holds import ended_orders, in_force, order_for, waiting_orders

_RECENT = 20


@require_safe
@page("recordings.see_holds")
def index(request: PersonRequest) -> HttpResponseBase:
    """What waits for this person, what is held and for what, and what ended lately."""
    reader = request.user
    facts = {
        "waiting": [_card(order) for order in waiting_orders(reader)],
        "held": [hold_words.in_table(one, reader) for one in in_force()],
        "volumes": hold_words.on_volumes(held.standing(by=reader)),
        "ended": [
            {"order": order, "badge": hold_words.badge(order)} for order in ended_orders()[:_RECENT]
        ],
        "may_order": allows("recordings.order_hold", reader),
        "here": _("Penahanan rekaman"),
    }
    return render(request, "holds/index.html", facts)


def _card(order: HoldOrder) -> dict[str, Any]:
    return {"order": order, "badge": hold_words.badge(order)}


@require_safe
@page("recordings.see_holds")
def detail(request: PersonRequest, pk: UUID) -> HttpResponseBase:
    """One order: what each camera has, what was done, what may be done."""
    order, reader = order_for(request.user, pk), request.user
    facts = {
        "order": order,
        "badge": hold_words.badge(order),
        "rows": hold_words.summary(order),
        "cameras": hold_words.on_cameras(held.wish_of(order)),
        "holds": order.state == OrderState.IN_FORCE,
        "waits": order.state == OrderState.PROPOSED,
        "steps": order.steps.select_related("by"),
        "may_order": allows("recordings.order_hold", reader),
        "may_agree": order.release_asked_by_id is not None
        and allows("recordings.agree_release", reader, order),
        **place(order.title),
    }
    return render(request, "holds/detail.html", facts)


@require_http_methods(["GET", "HEAD", "POST"])
@page("recordings.see_holds")
def new(request: PersonRequest) -> HttpResponseBase:
    """The form; then how much it would hold, and the button that sends it."""
    form = HoldForm(request.POST if request.method == "POST" else None)
    standing: list[VolumeHeld] = []
    ready = (
        form.is_valid()
        and request.POST.get("step") != "edit"
        and attempt(form, lambda: standing.extend(hold_orders.look(form.asked, by=request.user)))
    )
    if not ready:
        facts = {"form": form, "may_order": _may_order(request), **place(_("Tahan rekaman"))}
        return render(request, "holds/new.html", facts)
    return _checked(request, form, standing)


def _checked(
    request: PersonRequest, form: HoldForm, standing: list[VolumeHeld]
) -> HttpResponseBase:
    """The second look: figures, and a tick where a limit is passed."""
    sending = request.POST.get("step") == "send"
    over = _may_order(request) and any(one.more and one.is_over for one in standing)
    knows = KnowsForm(request.POST if sending else None) if over else None
    if (
        sending
        and (knows is None or knows.is_valid())
        and attempt(form, lambda: _send(request, form))
    ):
        return redirect("holds:detail", form.cleaned_data["key"])
    full = outlook.full(standing, wish=form.asked.wish, by=request.user)
    facts = {
        "form": knows if knows and knows.is_bound else form,
        "hidden": form,
        "knows": knows,
        "rows": hold_words.wished(form.asked),
        "cameras": hold_words.on_cameras(form.asked.wish),
        "volumes": hold_words.on_volumes([one for one in standing if one.more]),
        "full": hold_words.until_full(standing, full),
        "may_order": _may_order(request),
        **place(_("Periksa sebelum menahan")),
    }
    return render(request, "holds/check.html", facts)


def _send(request: PersonRequest, form: HoldForm) -> None:
    if _may_order(request):
        knows = request.POST.get("knows_quota") == "on"
        hold_orders.give(form.asked, knows_quota=knows, by=request.user)
        messages.success(request, _("Rekaman ditahan."))
    else:
        hold_orders.propose(form.asked, by=request.user)
        messages.success(
            request, _("Usulan dikirim. Rekaman baru ditahan setelah disetujui pimpinan.")
        )


def _may_order(request: PersonRequest) -> bool:
    return allows("recordings.order_hold", request.user)


def place(here: str) -> dict[str, Any]:
    """The way back from a page below the list."""
    crumbs = [(reverse("holds:list"), _("Penahanan rekaman"))]
    return {"here": here, "crumbs": crumbs}
