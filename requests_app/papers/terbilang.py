"""Numbers and dates in words, as the opening of a berita acara has them."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.utils import dateformat

from cctvportal.common import words
from cctvportal.common.clock import WIB

_ONES: Final = (
    "nol",
    "satu",
    "dua",
    "tiga",
    "empat",
    "lima",
    "enam",
    "tujuh",
    "delapan",
    "sembilan",
    "sepuluh",
    "sebelas",
)


def spelled(number: int) -> str:
    """0 to 9999 in Indonesian words. Raises ValueError outside."""
    if not 0 <= number <= 9999:
        raise ValueError(number)
    if number < 12:
        return _ONES[number]
    if number < 20:
        return f"{_ONES[number - 10]} belas"
    for size, name in ((1000, "ribu"), (100, "ratus"), (10, "puluh")):
        if number >= size:
            count, rest = divmod(number, size)
            head = f"se{name}" if count == 1 else f"{spelled(count)} {name}"
            return f"{head} {spelled(rest)}" if rest else head
    raise AssertionError(number)


def spelled_day(moment: datetime) -> str:
    """`Selasa, tanggal dua puluh empat bulan November tahun dua ribu dua puluh enam`."""
    local = moment.astimezone(WIB)
    weekday, month = dateformat.format(local, "l"), dateformat.format(local, "F")
    return (
        f"{weekday}, tanggal {spelled(local.day)} bulan {month} tahun {spelled(local.year)} "
        f"({local:%d-%m-%Y}), pukul {words.time(moment)}"
    )
