"""The portal's menu: each app adds its entries, each person sees what their role opens.

An app calls `register` once, in its AppConfig.ready. The entries stand in the order of their
groups and then of their numbers, whatever order the apps were loaded in.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Protocol

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.http import HttpRequest
    from django.utils.functional import _StrPromise


class Group(IntEnum):
    """Where an entry stands: MAIN in the bar of the portal, the others in the desk's side list."""

    MAIN = 0
    WORK = 1
    CAMERAS = 2
    BOOKS = 3
    SYSTEM = 4


TITLES: dict[Group, str | _StrPromise] = {
    Group.MAIN: "",
    Group.WORK: _("Pekerjaan"),
    Group.CAMERAS: _("Kamera"),
    Group.BOOKS: _("Catatan"),
    Group.SYSTEM: _("Orang dan sistem"),
}


class Person(Protocol):
    """All that the menu asks of a user."""

    def has_perm(self, perm: str, obj: Any = None) -> bool: ...  # Any: Django's own signature


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry. `count` tells how much waits behind it; zero shows nothing."""

    url_name: str
    label: str | _StrPromise
    icon: str
    permission: str
    group: Group = Group.MAIN
    order: int = 50
    count: Callable[[Any], int] | None = None  # Any: the user model is a layer above


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as this person sees it on this page."""

    url: str
    label: str | _StrPromise
    icon: str
    current: bool
    count: int


@dataclass(frozen=True, slots=True)
class Section:
    title: str | _StrPromise
    entries: tuple[Entry, ...]


_ITEMS: dict[str, NavItem] = {}


def register(*items: NavItem) -> None:
    """Adds entries; an entry of the same url name takes the place of the earlier one."""
    _ITEMS.update({item.url_name: item for item in items})


def _resolve(item: NavItem) -> str:
    try:
        return reverse(item.url_name)
    except NoReverseMatch:
        return ""


def _visible(user: Person) -> Iterator[tuple[NavItem, str]]:
    for item in sorted(_ITEMS.values(), key=lambda entry: (entry.group, entry.order)):
        if user.has_perm(item.permission) and (url := _resolve(item)):
            yield item, url


def _current(urls: list[str], path: str) -> str:
    """The longest address that the page's own path starts with; the home page only as itself."""
    fitting = (url for url in urls if path == url or (url != "/" and path.startswith(url)))
    return max(fitting, key=len, default="")


def sections(request: HttpRequest, user: Person) -> tuple[Section, ...]:
    """What `user` may open, group by group, with the entry of this page marked."""
    visible = list(_visible(user))
    here = _current([url for _item, url in visible], request.path)
    grouped: dict[Group, list[Entry]] = {}
    for item, url in visible:
        waiting = item.count(user) if item.count else 0
        entry = Entry(url, item.label, item.icon, url == here, waiting)
        grouped.setdefault(item.group, []).append(entry)
    return tuple(Section(TITLES[group], tuple(entries)) for group, entries in grouped.items())
