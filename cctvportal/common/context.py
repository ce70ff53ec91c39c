"""What every page may ask of the portal, worked out only when it is asked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.functional import cached_property
from django.utils.translation import get_language

from cctvportal.common import clock
from cctvportal.common.navigation import Entry, Section, sections

if TYPE_CHECKING:
    from django.http import HttpRequest

# A bar of more entries wraps into several lines on a phone; the desk's side list has them all.
_BAR_ENTRIES = 4


@cache
def _translated(code: str) -> bool:
    """Whether a compiled catalogue lies there; the templates' own language needs none."""
    folders = (Path(folder) / code / "LC_MESSAGES" for folder in settings.LOCALE_PATHS)
    return any((folder / "django.mo").is_file() for folder in folders)


@dataclass(frozen=True)
class Portal:
    """`portal` in every template."""

    request: HttpRequest

    @property
    def demo(self) -> bool:
        return bool(settings.PORTAL_DEMO)

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The menu of the person at the page; empty for a visitor and where no user is known."""
        user = getattr(self.request, "user", None)
        if user is None or not user.is_authenticated:
            return ()
        return sections(self.request, user)

    @property
    def bar(self) -> tuple[Entry, ...]:
        """The entries of the bar under the header."""
        found = tuple(entry for section in self.sections for entry in section.entries)
        return found[:_BAR_ENTRIES]

    @property
    def other_languages(self) -> list[tuple[str, str]]:
        """Code and name of each language that the page could be read in instead of this one."""
        return [
            (code, name)
            for code, name in settings.LANGUAGES
            if code != get_language() and (code == settings.LANGUAGE_CODE or _translated(code))
        ]

    @property
    def today(self) -> str:
        """The date in WIB as ISO 8601, for the limits of date fields."""
        return clock.now().astimezone(clock.WIB).date().isoformat()


def portal(request: HttpRequest) -> dict[str, Portal]:
    return {"portal": Portal(request)}
