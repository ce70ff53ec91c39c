"""Holds in words: what is kept on each volume, when it is full, what each camera has."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from cctvportal.accounts.access import allows
from cctvportal.accounts.models import User
from cctvportal.common import words
from cctvportal.common.templatetags.portal import wib_range
from devices.models import Camera
from recordings.enums import HoldKind, OrderAct, OrderState
from recordings.models import HoldOrder
from recordings.selectors import coverage
from recordings.services.held import VolumeHeld, Wish
from recordings.services.hold_orders import Asked
from recordings.services.outlook import Full
from requests_app.desk.line import Badge
from requests_app.selectors.availability import told
from requests_app.selectors.holds import Kept, is_urgent

Flag = dict[str, str]
Row = dict[str, Any]
_LOOKS = {
    OrderState.PROPOSED: ("wait", "hourglass"),
    OrderState.IN_FORCE: ("go", "lock"),
    OrderState.DECLINED: ("stop", "cross-circle"),
    OrderState.RELEASED: ("", "undo"),
    OrderState.LAPSED: ("done", "check-circle"),
}


def badge(order: HoldOrder) -> Badge:
    """How the order stands; one that soon ends, or waits for a second person, says so."""
    state = OrderState(order.state)
    if state == OrderState.IN_FORCE and order.release_asked_by_id is not None:
        return Badge(_("Pelepasan menunggu orang kedua"), "wait", "people")
    if state == OrderState.IN_FORCE and is_urgent(order):
        return Badge(_("Segera berakhir"), "stop", "warning")
    css, icon = _LOOKS[state]
    return Badge(str(state.label), css, icon)


def on_volumes(standing: list[VolumeHeld]) -> list[Flag]:
    """How much of its limit each volume holds, with what a wish adds where there is one."""
    return [_on_volume(one) for one in standing]


def _on_volume(one: VolumeHeld) -> Flag:
    facts = {
        "volume": one.volume.label,
        "held": words.size(one.held),
        "more": words.size(one.more),
        "quota": words.size(one.quota or 0),
    }
    if one.quota is None:
        text = _("%(volume)s: ditahan %(held)s. Isinya tidak terbaca, batasnya tidak diketahui.")
        return {"kind": "warn", "text": text % facts}
    text = _("%(volume)s: ditahan %(held)s dari batas %(quota)s.")
    if one.more:
        text = _("%(volume)s: sekarang ditahan %(held)s, bertambah %(more)s, batasnya %(quota)s.")
    return {"kind": "bad" if one.is_over else "ok", "text": text % facts}


def until_full(standing: list[VolumeHeld], outlook: list[Full]) -> list[Flag]:
    """When each volume that a wish adds to is full with it."""
    pairs = zip(standing, outlook, strict=True)
    return [_until_full(one, full) for one, full in pairs if one.more]


def _until_full(one: VolumeHeld, full: Full) -> Flag:
    facts = {
        "volume": one.volume.label,
        "soon": words.duration(86_400 * (full.days_with_wish or 0)),
        "late": words.duration(86_400 * (full.days or 0)),
    }
    if one.free is None:
        text = _("%(volume)s: kapan penuh tidak dapat diperkirakan, isinya tidak terbaca.")
        return {"kind": "warn", "text": text % facts}
    if full.days_with_wish is None:
        text = _("%(volume)s: ruangnya cukup, juga dengan penahanan ini.")
        return {"kind": "ok", "text": text % facts}
    if not full.is_sooner:
        text = _("%(volume)s: penuh dalam %(soon)s, dengan atau tanpa penahanan ini.")
    elif full.days is None:
        text = _("%(volume)s: penuh dalam %(soon)s karena penahanan ini; tanpa ini cukup.")
    else:
        text = _("%(volume)s: penuh dalam %(soon)s; tanpa penahanan ini dalam %(late)s.")
    return {"kind": "bad", "text": text % facts}


def on_cameras(wish: Wish) -> list[Flag]:
    """What each camera has of the range, and what is missing already."""
    cameras = Camera.objects.in_bulk(wish.camera_ids)
    found = coverage(wish.camera_ids, wish.start, wish.end)
    return [
        {"kind": "ok" if one.is_whole else "warn", "text": told(cameras[one.camera_id], one)}
        for one in found
    ]


def summary(order: HoldOrder) -> list[Row]:
    """The order's facts."""
    rows = [
        _row(_("Perihal"), order.title),
        {"label": _("Kamera"), "lines": [one.name for one in order.cameras.order_by("name")]},
        _row(_("Waktu rekaman"), wib_range(order.starts_at, order.ends_at)),
        _row(_("Alasan"), order.reason),
        _row(_("Ditahan sampai"), words.date_time(order.until)),
        _row(_("Peninjau"), f"{order.reviewer.name}, {order.reviewer.jabatan}"),
    ]
    if order.ordered_by is None:
        rows.append(_row(_("Diusulkan oleh"), order.asked_by.name))
    else:
        rows.append(_row(_("Ditahan oleh"), order.ordered_by.name))
    if order.over_quota:
        rows.append(_row(_("Batas ruang"), _("Terlewati, diketahui oleh yang menahan")))
    return rows


def _row(label: str, value: str) -> Row:
    return {"label": label, "value": value}


def in_table(kept: Kept, reader: User) -> Row:
    """A line of the list: what for, what, until when, how much."""
    return {
        "title": _title(kept),
        "url": _url(kept, reader),
        "kind": kept.kind.label,
        "cameras": ", ".join(kept.cameras),
        "range": wib_range(kept.start, kept.end),
        "until": _until(kept),
        "badge": badge(kept.order) if kept.order else Badge(_("Ditahan"), "go", "lock"),
        "size": words.size(kept.bytes),
    }


def _title(kept: Kept) -> str:
    if kept.order is not None:
        return kept.order.title
    if kept.request is None:
        return str(kept.kind.label)
    if kept.kind == HoldKind.EXPORT:
        return _("Ekspor untuk permohonan %s") % kept.request.number
    return _("Permohonan %s") % kept.request.number


def _url(kept: Kept, reader: User) -> str:
    if kept.order is not None:
        return reverse("holds:detail", args=[kept.order.pk])
    if kept.request is None or not allows("requests_app.view", reader, kept.request):
        return ""
    desk = allows("requests_app.view_accessrequest", reader)
    return reverse("admin:request" if desk else "requests:detail", args=[kept.request.pk])


def _until(kept: Kept) -> str:
    if kept.order is not None:
        return words.date(kept.order.until)
    if kept.kind == HoldKind.EXPORT:
        return _("ekspor selesai")
    return _("permohonan selesai")


def wished(asked: Asked) -> list[Row]:
    """What the form asked for, to be read once more."""
    wish = asked.wish
    names = Camera.objects.filter(pk__in=wish.camera_ids).order_by("name")
    return [
        _row(_("Perihal"), asked.title),
        {"label": _("Kamera"), "lines": [one.name for one in names]},
        _row(_("Waktu rekaman"), wib_range(wish.start, wish.end)),
        _row(_("Alasan"), asked.reason),
        _row(_("Ditahan sampai"), words.date_time(wish.until)),
        _row(_("Peninjau"), f"{asked.reviewer.name}, {asked.reviewer.jabatan}"),
    ]


def release_asked(order: HoldOrder) -> list[Row]:
    """Who wants it let go, and why, while that waits for a second person."""
    if order.release_asked_by is None:
        return []
    step = order.steps.filter(act=OrderAct.RELEASE_ASKED).last()
    said = f"{order.release_asked_by.name}: {step.reason}" if step else ""
    return [_row(_("Pelepasan diminta"), said)]
