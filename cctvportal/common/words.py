"""Times, sizes and numbers as an Indonesian reader writes them, for pages, books and PDFs.

Every time is told in WIB whatever zone the value carries. A hard space stands before WIB and
before a unit, so that a line never breaks between a number and what it counts.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.utils import dateformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cctvportal.common import clock

HARD_SPACE: Final = "\u00a0"
EN_DASH: Final = "\u2013"
_MINUTE: Final = 60
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR


def _local(moment: datetime) -> datetime:
    return moment.astimezone(clock.WIB)


def hour(moment: datetime) -> str:
    """`08.00`, without the zone: for tables whose heading says WIB."""
    return f"{_local(moment):%H.%M}"


def time(moment: datetime) -> str:
    """`08.00 WIB`."""
    return f"{hour(moment)}{HARD_SPACE}WIB"


def date(moment: datetime) -> str:
    """`23 November 2026`."""
    return dateformat.format(_local(moment), "j F Y")


def weekday_date(moment: datetime) -> str:
    """`Senin, 23 November 2026`."""
    return dateformat.format(_local(moment), "l, j F Y")


def date_time(moment: datetime) -> str:
    """`Senin, 23 November 2026, 08.00 WIB`."""
    return f"{weekday_date(moment)}, {time(moment)}"


def short(moment: datetime) -> str:
    """`23 Nov, 08.00`, for the columns of a book, whose heading says WIB."""
    return f"{dateformat.format(_local(moment), 'j M')}, {hour(moment)}"


def hours(start: datetime, end: datetime) -> str:
    """`08.00–12.00 WIB`; says the dates too when the range passes midnight.

    With seconds, `08.00.05–08.01.00 WIB`, where an edge does not fall on a whole minute.
    """
    if _local(start).date() == _local(end).date():
        if start.second or end.second:
            return f"{_second(start)}{EN_DASH}{_second(end)}{HARD_SPACE}WIB"
        return f"{hour(start)}{EN_DASH}{time(end)}"
    return _("%(start)s sampai %(end)s") % {
        "start": f"{date(start)}, {time(start)}",
        "end": f"{date(end)}, {time(end)}",
    }


def _second(moment: datetime) -> str:
    return f"{_local(moment):%H.%M.%S}"


def _parts(seconds: int) -> list[str]:
    days, rest = divmod(seconds, _DAY)
    whole_hours, rest = divmod(rest, _HOUR)
    minutes, rest = divmod(rest, _MINUTE)
    counted = (
        (days, ngettext("%d hari", "%d hari", days)),
        (whole_hours, ngettext("%d jam", "%d jam", whole_hours)),
        (minutes, ngettext("%d menit", "%d menit", minutes)),
        (rest, ngettext("%d detik", "%d detik", rest)),
    )
    return [form % count for count, form in counted if count]


def duration(length: timedelta | float, *, parts: int = 2) -> str:
    """`1 jam 30 menit`: a length in seconds, in its `parts` largest units that are not zero."""
    seconds = length.total_seconds() if isinstance(length, timedelta) else float(length)
    said = _parts(int(abs(seconds)))
    return " ".join(said[:parts]) if said else _("kurang dari 1 detik")


def ago(moment: datetime) -> str:
    """`3 menit lalu`, `5 jam lagi`, `baru saja`. Stands beside the exact time, never alone."""
    seconds = (clock.now() - moment).total_seconds()
    if abs(seconds) < _MINUTE:
        return _("baru saja") if seconds >= 0 else _("sebentar lagi")
    length = duration(seconds, parts=1)
    form = _("%(length)s lalu") if seconds > 0 else _("%(length)s lagi")
    return form % {"length": length}


def number(value: float) -> str:
    """`1.284`, `3,7`: a point between thousands, a comma before the fraction."""
    said = f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"
    return said.translate(str.maketrans(",.", ".,")).removesuffix(",0")


def size(count: int) -> str:
    """Bytes as `3,7 GB`, in powers of a thousand as a disk's label counts them."""
    if count < 1000:
        return f"{count}{HARD_SPACE}B"
    value = float(count)
    unit = "KB"
    for unit in ("KB", "MB", "GB", "TB"):  # noqa: B007 - the unit reached is the answer
        value /= 1000
        if value < 999.5:
            break
    said = number(round(value, 1) if value < 10 and unit != "KB" else round(value))
    return f"{said}{HARD_SPACE}{unit}"


def nip(value: str) -> str:
    """An employee number in its four customary groups: birth, appointment, sex, sequence."""
    if len(value) != 18:
        return value
    return HARD_SPACE.join((value[:8], value[8:14], value[14], value[15:]))
