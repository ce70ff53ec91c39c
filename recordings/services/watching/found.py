from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from recordings.enums import AlarmKind


@dataclass(frozen=True, slots=True)
class Found:
    """Something is wrong with `subject` at the moment of the look."""

    kind: AlarmKind
    subject: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Look:
    """One moment, what was open before it, what the last look noted, and what this one notes.

    `open` lets a check keep an alarm until things are well again by a margin, so that one that
    hovers at its limit does not come and go.
    """

    moment: datetime
    open: Mapping[AlarmKind, frozenset[str]]
    before: Mapping[str, Any] = field(default_factory=dict)
    noted: dict[str, Any] = field(default_factory=dict)

    def is_open(self, kind: AlarmKind, subject: str = "") -> bool:
        return subject in self.open.get(kind, frozenset())
