"""The five books as they are shown: title, columns, and how a row is said."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.urls import NoReverseMatch, reverse
from django.utils import dateformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cctvportal.common import words
from cctvportal.common.clock import WIB
from requests_app.forms.books import BookFilter

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from cctvportal.accounts.models import User
    from devices.models import Camera
    from requests_app.models import AccessRequest


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: a value with a smaller line below it; `state` is a status tag.

    `sortable` stands in its place in a spreadsheet.
    """

    text: str
    small: str = ""
    url: str = ""
    state: Any = None
    sortable: str = ""

    def __str__(self) -> str:
        return self.text

    @property
    def plain(self) -> str:
        """Both lines as one, for a table without lines in lines."""
        said = self.sortable or "; ".join(filter(None, (self.text, self.small)))
        return said.replace(_JOINER, "").replace(words.HARD_SPACE, " ")


Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """One book. `rows_of` finds what the form asks for; `lines` says a slice of it in cells."""

    key: str
    number: int
    title: _StrPromise
    intro: _StrPromise
    columns: tuple[_StrPromise, ...]
    form: type[BookFilter]
    rows_of: Callable[[Any], Any]
    lines: Callable[[Any, Any], list[Row]]


# No line breaks here, though a dash would allow it.
_JOINER: Final = "\u2060"
COLUMN_TIME: Final = gettext_lazy("Waktu, WIB")


def stamp(moment: datetime | None) -> str:
    """`24 Nov 2026, 09.26`, for columns whose heading says WIB; breaks before the hour only."""
    return f"{_day(moment)}, {words.hour(moment)}" if moment else ""


def _day(moment: datetime) -> str:
    local = moment.astimezone(WIB)
    return dateformat.format(local, "j M Y").replace(" ", words.HARD_SPACE)


def at(moment: datetime | None, small: str = "") -> Cell:
    """A moment; in a spreadsheet `2026-11-24 09:26:05`, which sorts."""
    if moment is None:
        return Cell("", small)
    return Cell(stamp(moment), small, sortable=f"{moment.astimezone(WIB):%Y-%m-%d %H:%M:%S}")


def lasting(start: datetime, end: datetime | None) -> tuple[Cell, Cell]:
    """The end of something, and how long it took; or that it goes on, and since when."""
    if end is None:
        return Cell(_("masih berlangsung")), Cell(words.ago(start))
    return at(end), Cell(words.duration(end - start))


def ranged(start: datetime | None, end: datetime | None) -> str:
    """`23 Nov 2026, 08.00–12.00 WIB`, with the seconds where they are not zero.

    The hours stay together on one line.
    """
    if start is None or end is None:
        return ""
    form = "%H.%M.%S" if start.second or end.second else "%H.%M"
    left, right = (f"{moment.astimezone(WIB):{form}}" for moment in (start, end))
    close = f"{right}{words.HARD_SPACE}WIB"
    if left == right:
        return f"{_day(start)}, {close}"
    if _day(start) == _day(end):
        return f"{_day(start)}, {left}{_JOINER}{words.EN_DASH}{_JOINER}{close}"
    return f"{_day(start)}, {left} {words.EN_DASH} {_day(end)}, {close}"


def person(user: User | None) -> Cell:
    return Cell(user.name, user.jabatan) if user else Cell(_("Sistem"))


def places(cameras: Iterable[Camera]) -> str:
    """Camera names; one whose name does not say the room has it in brackets."""
    return ", ".join(
        camera.name if camera.room.name in camera.name else f"{camera.name} ({camera.room.name})"
        for camera in cameras
    )


def request_cell(request: AccessRequest | None, number: str = "") -> Cell:
    """The request's number, linked, with who allowed it."""
    if request is None:
        return Cell(number)
    decided = request.decided_by.name if request.decided_by else ""
    return Cell(request.number or _("belum dikirim"), decided, link("requests:detail", request.pk))


def link(name: str, *args: object) -> str:
    """The address of a page, or nothing where this portal has no such page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
