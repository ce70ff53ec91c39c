"""How a volume stands and for how long it will do, in words: monitoring page and register alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cctvportal.common import words
from recordings.models import Volume, VolumeReading

_WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class Outlook:
    """A state as word, colour and icon; the room, the forecast and its grounds as sentences."""

    volume: Volume
    word: str
    css: str
    icon: str
    room: str
    forecast: str
    grounds: str
    read_at: datetime | None


def outlook(volume: Volume) -> Outlook:
    """From the latest reading, which may be missing."""
    reading: VolumeReading | None = getattr(volume, "reading", None)
    if reading is None:
        return _unread(volume, _("Ruangnya belum dibaca."), None, bad=False)
    if reading.free_bytes is None:
        return _unread(volume, reading.problem, reading.read_at, bad=True)
    found = reading.forecast
    return Outlook(
        volume,
        *_state(reading.free_bytes, found),
        room=_room(reading.free_bytes, reading.total_bytes or 0),
        forecast=_said(found) if found else _("Prakiraan belum dihitung."),
        grounds=_grounds(found) if found else "",
        read_at=reading.read_at,
    )


def outlooks() -> list[Outlook]:
    return [outlook(volume) for volume in Volume.objects.select_related("reading")]


def _unread(volume: Volume, room: str, at: datetime | None, *, bad: bool) -> Outlook:
    state = (_("Tidak terbaca"), "stop", "warning") if bad else (_("Belum dibaca"), "", "hourglass")
    return Outlook(volume, *state, room=room, forecast="", grounds="", read_at=at)


def _state(free: int, found: dict[str, Any] | None) -> tuple[str, str, str]:
    if free < 0:
        return _("Penuh"), "stop", "warning"
    if found is None:
        return _("Belum dihitung"), "", "hourglass"
    if found["days"] is None:
        return _("Cukup"), "done", "check-circle"
    if found["days"] < settings.FORECAST_DAYS:
        return _("Segera penuh"), "wait", "warning"
    return _("Cukup untuk sekarang"), "go", "clock"


def _room(free: int, total: int) -> str:
    if free < 0:
        facts = {"short": words.size(-free), "total": words.size(total)}
        return _("Kurang %(short)s dari ruang cadangan, dari %(total)s.") % facts
    facts = {"free": words.size(free), "total": words.size(total)}
    return _("Sisa %(free)s di atas ruang cadangan, dari %(total)s.") % facts


def _said(found: dict[str, Any]) -> str:
    """The forecast as one plain sentence."""
    days = found["days"]
    if days is None:
        return _("Cukup: yang masuk tidak lebih banyak daripada yang terhapus sendiri.")
    if days == 0:
        return _("Penuh kurang dari 1 hari lagi bila perekaman berjalan seperti sekarang.")
    said = ngettext(
        "Penuh kira-kira %(days)s hari lagi bila perekaman berjalan seperti sekarang.",
        "Penuh kira-kira %(days)s hari lagi bila perekaman berjalan seperti sekarang.",
        days,
    )
    return said % {"days": words.number(days)}


def _grounds(found: dict[str, Any]) -> str:
    """What the sentence rests on, so that somebody can reckon it again by hand."""
    said = [
        _("Masuk %s sehari.") % words.size(found["per_day"]),
        _("Terhapus sendiri dalam %(days)d hari: %(size)s.")
        % {"days": _WEEK, "size": words.size(found["going"])},
    ]
    if found["held"]:
        said.append(_("Ditahan: %s.") % words.size(found["held"]))
    if found["unknown"]:
        said.append(_("%d kamera belum merekam apa pun dan tidak dihitung.") % found["unknown"])
    return " ".join(said)
