"""What expires until the end of tomorrow, as the officer reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from cctvportal.common import words
from cctvportal.common.clock import now
from recordings.enums import HoldKind
from recordings.models import Hold
from recordings.services.amounts import Amount
from recordings.services.leaving import Leaving, end_of_tomorrow, leaving
from requests_app.models import AccessRequest
from requests_app.selectors.retention import span


@dataclass(frozen=True, slots=True)
class Line:
    """One camera: what goes, until when somebody can still have it held, what is held for whom."""

    camera: str
    gone: str
    gone_span: str
    ask_by: str
    held: str
    held_for: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tomorrow:
    """Until the end of `day` (WIB): a line a camera; the sum in words, empty if nothing goes."""

    day: datetime
    lines: tuple[Line, ...]
    total: str


def tomorrow() -> Tomorrow:
    until = end_of_tomorrow()
    found = leaving(until)
    gone = sum((one.gone for one in found), Amount())
    numbers = _numbers(hold for one in found for hold in one.holds)
    return Tomorrow(
        day=until - timedelta(hours=1),
        lines=tuple(_line(one, numbers) for one in found),
        total=_size(gone),
    )


def on_resuming() -> list[dict[str, str]]:
    """What an approver has to look at before expiry goes on: the clock, and what it will take."""
    gone = sum((one.gone for one in leaving(now())), Amount())
    taken = f"{_size(gone)}, {_span(gone)}" if gone else _("belum ada")
    return [
        {"label": _("Jam komputer sekarang"), "value": words.date_time(now())},
        {"label": _("Habis masa simpannya menurut jam itu"), "value": taken},
    ]


def _line(one: Leaving, numbers: Mapping[str, str]) -> Line:
    return Line(
        camera=one.camera,
        gone=_size(one.gone),
        gone_span=_span(one.gone),
        ask_by=_ask_by(one.first_at),
        held=_size(one.held),
        held_for=tuple(dict.fromkeys(_for_whom(hold, numbers) for hold in one.holds)),
    )


def _size(amount: Amount) -> str:
    if not amount:
        return ""
    count, size = words.number(amount.segments), words.size(amount.bytes)
    return _("%(count)s potongan, %(size)s") % {"count": count, "size": size}


def _span(amount: Amount) -> str:
    if amount.start is None or amount.end is None:
        return ""
    return _("rekaman %s") % span(amount.start, amount.end)


def _ask_by(first_at: datetime | None) -> str:
    """The first of it goes soon after its term; whoever asks before keeps all of it."""
    if first_at is None:
        return ""
    if first_at <= now():
        return _("Sekarang juga: yang pertama sudah habis masanya.")
    return words.date_time(first_at)


def _for_whom(hold: Hold, numbers: Mapping[str, str]) -> str:
    if hold.kind == HoldKind.REQUEST:
        number = numbers.get(hold.reference, "")
        return _("Permohonan %s") % number if number else _("Permohonan yang belum bernomor")
    if hold.kind == HoldKind.EXPORT:
        return _("Ekspor yang sedang berjalan")
    title = hold.order.title if hold.order else hold.reference
    return _("Ditahan dengan tangan: %s") % title


def _numbers(holds: Iterable[Hold]) -> dict[str, str]:
    """The numbers of the requests that these holds name, by reference."""
    wanted = {hold.reference for hold in holds if hold.kind == HoldKind.REQUEST}
    rows = AccessRequest.objects.filter(pk__in=filter(_is_uuid, wanted), number__isnull=False)
    return {str(row.pk): row.number or "" for row in rows}


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
