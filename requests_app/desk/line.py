from __future__ import annotations

from dataclasses import dataclass

from requests_app.desk.actions import Action
from requests_app.models import AccessRequest


@dataclass(frozen=True, slots=True)
class Badge:
    """A state that the status tag can show."""

    word: str
    css: str
    icon: str


@dataclass(frozen=True, slots=True)
class Line:
    """One task. `mine`: the officer acts, else somebody else does. `about`: where no request is."""

    title: str
    row: AccessRequest | None
    due: str
    badge: Badge
    action: Action
    mine: bool
    late: bool
    about: str = ""
