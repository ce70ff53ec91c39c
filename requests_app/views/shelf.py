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
    """A cell: a value with a smaller line below it; `state` is a status tag."""

    text: str
    small: str = ""
    url: str = ""
    state: Any = None

    def __str__(self) -> str:
        return self.text

    @property
    def plain(self) -> str:
        """Both lines as one, for a table without lines in lines."""
        return "; ".join(filter(None, (self.text, self.small)))


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


COLUMN_TIME: Final = gettext_lazy("Waktu, WIB")


def stamp(moment: datetime | None) -> str:
    """`24 Nov 2026, 09.26`, for columns whose heading says WIB."""
    if moment is None:
        return ""
    local = moment.astimezone(WIB)
    return f"{dateformat.format(local, 'j M Y')}, {words.hour(moment)}"


def lasting(start: datetime, end: datetime | None) -> Cell:
    """The end of something and how long it took, or that it goes on."""
    if end is None:
        return Cell(_("masih berlangsung"), words.ago(start))
    return Cell(stamp(end), words.duration(end - start))


def ranged(start: datetime | None, end: datetime | None) -> str:
    """`23 November 2026, 08.00–12.00 WIB`."""
    if start is None or end is None:
        return ""
    said = words.hours(start, end)
    return f"{words.date(start)}, {said}" if words.EN_DASH in said else said


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
