"""What may be done with an order to hold: answer a proposal, prolong, let go by two persons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cctvportal.accounts.access import PersonRequest, page, require
from cctvportal.common import words
from recordings.models import HoldOrder
from recordings.services import held, hold_orders, outlook
from recordings.services.held import VolumeHeld
from requests_app.desk import hold_words
from requests_app.desk.forms.holds import KnowsForm, ProlongForm, WhyForm
from requests_app.selectors.holds import order_for
from requests_app.views.confirming import Question, confirming

_WAYS = ["GET", "HEAD", "POST"]


@require_http_methods(_WAYS)
@page("recordings.order_hold")
def accept(request: PersonRequest, pk: UUID) -> HttpResponseBase:
    """An approver's yes to a proposal, with what it would hold."""
    order = order_for(request.user, pk)
    standing = held.standing(wish=held.wish_of(order), by=request.user)
    over = any(one.more and one.is_over for one in standing)
    question = _about(
        order,
        title=_("Tahan rekaman ini seperti diusulkan?"),
        button=_("Tahan rekaman"),
        flags=_what_it_holds(request, order, standing),
    )
    return _ask(
        request,
        question,
        lambda data: hold_orders.accept(
            order, knows_quota=bool(data.get("knows_quota")), by=request.user
        ),
        KnowsForm(_sent(request)) if over else forms.Form(_sent(request)),
        _("Rekaman ditahan."),
    )


def _what_it_holds(
    request: PersonRequest, order: HoldOrder, standing: list[VolumeHeld]
) -> list[dict[str, str]]:
    """What each camera has, and what that does to each volume."""
    wish = held.wish_of(order)
    full = outlook.full(standing, wish=wish, by=request.user)
    return [
        *hold_words.on_cameras(wish),
        *hold_words.on_volumes([one for one in standing if one.more]),
        *hold_words.until_full(standing, full),
    ]


@require_http_methods(_WAYS)
@page("recordings.order_hold")
def decline(request: PersonRequest, pk: UUID) -> HttpResponseBase:
    order = order_for(request.user, pk)
    question = _about(
        order,
        title=_("Tolak usulan penahanan ini?"),
        button=_("Tolak usulan"),
        danger=True,
        info=_("Rekaman terhapus pada waktunya, seperti tanpa usulan ini."),
    )
    return _ask(
        request,
        question,
        lambda data: hold_orders.decline(order, reason=data["reason"], by=request.user),
        WhyForm(_sent(request)),
        _("Usulan ditolak."),
    )


@require_http_methods(_WAYS)
@page("recordings.order_hold")
def prolong(request: PersonRequest, pk: UUID) -> HttpResponseBase:
    order = order_for(request.user, pk)
    form = ProlongForm(_sent(request), reviewer=order.reviewer, until=order.until)
    question = _about(
        order, title=_("Perpanjang penahanan ini sampai kapan?"), button=_("Perpanjang")
    )
    return _ask(
        request,
        question,
        lambda data: hold_orders.prolong(
            order,
            until=form.ends,
            reviewer=data["reviewer"],
            reason=data["reason"],
            by=request.user,
        ),
        form,
        _("Penahanan diperpanjang."),
    )


@require_http_methods(_WAYS)
@page("recordings.order_hold")
def release(request: PersonRequest, pk: UUID) -> HttpResponseBase:
    """The first of two persons wants to let go, and sees what would be gone for good."""
    order = order_for(request.user, pk)
    question = _about(
        order,
        title=_("Minta pelepasan penahanan ini?"),
        button=_("Minta pelepasan"),
        danger=True,
        info=_(
            "Berlaku setelah disetujui orang kedua: pimpinan lain, atau peninjau %s. "
            "Sampai saat itu rekaman tetap ditahan."
        )
        % order.reviewer.name,
        **_what_goes(request, order),
    )
    return _ask(
        request,
        question,
        lambda data: hold_orders.ask_release(order, reason=data["reason"], by=request.user),
        WhyForm(_sent(request)),
        _("Pelepasan diminta. Rekaman tetap ditahan sampai orang kedua menyetujuinya."),
    )


@require_http_methods(_WAYS)
@page("recordings.agree_release")
def agree(request: PersonRequest, pk: UUID) -> HttpResponseBase:
    """The second person lets go too."""
    order = _as_second(request, pk)
    question = _about(
        order,
        title=_("Lepas penahanan ini sekarang?"),
        button=_("Lepas penahanan"),
        danger=True,
        **_what_goes(request, order),
        otherwise=(reverse("holds:keep", args=[pk]), _("Tidak setuju: tetap ditahan")),
    )
    return _ask(
        request,
        question,
        lambda _data: hold_orders.agree_release(order, by=request.user),
        forms.Form(_sent(request)),
        _("Penahanan dilepas."),
    )


@require_http_methods(_WAYS)
@page("recordings.agree_release")
def keep(request: PersonRequest, pk: UUID) -> HttpResponseBase:
    order = _as_second(request, pk)
    question = _about(order, title=_("Mengapa rekaman ini tetap ditahan?"), button=_("Tetap tahan"))
    return _ask(
        request,
        question,
        lambda data: hold_orders.keep(order, reason=data["reason"], by=request.user),
        WhyForm(_sent(request)),
        _("Rekaman tetap ditahan."),
    )


def _as_second(request: PersonRequest, pk: UUID) -> HoldOrder:
    order = order_for(request.user, pk)
    require("recordings.agree_release", request.user, order)
    return order


def _sent(request: PersonRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _about(order: HoldOrder, **words_of: Any) -> Question:
    rows = [*hold_words.summary(order), *hold_words.release_asked(order)]
    back = reverse("holds:detail", args=[order.pk])
    return Question(rows=rows, back_url=back, back_label=order.title, **words_of)


def _ask(
    request: PersonRequest,
    question: Question,
    act: Callable[[dict[str, Any]], object],
    form: forms.Form,
    done: str,
) -> HttpResponseBase:
    template = "holds/act.html"
    return confirming(request, question, act, form=form, done=done, template=template)


def _what_goes(request: PersonRequest, order: HoldOrder) -> dict[str, Any]:
    """What is past its term and kept by nothing else, said before it is let go."""
    mine = order.holds.filter(released_at=None)
    size = held.only_held_by(mine, by=request.user)
    if not size:
        text = _("Belum ada yang melewati masa simpan: rekaman ini terhapus pada waktunya.")
        return {"flags": [{"kind": "ok", "text": text}]}
    facts = {
        "size": words.size(size),
        "soon": words.duration(settings.PURGE_EVERY_SECONDS, parts=1),
    }
    text = _(
        "%(size)s sudah melewati masa simpan dan hanya ada karena penahanan ini. Bagian itu "
        "terhapus untuk selamanya, paling lama %(soon)s sesudah dilepas."
    )
    return {"warning": text % facts}
