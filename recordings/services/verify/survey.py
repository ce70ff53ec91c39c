"""What one look at the store knows, counts and finds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Final, Literal
from uuid import UUID

from recordings.models import Volume

# security.md 4: what must be true after whatever crash.
Invariant = Literal["I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9", "I10"]
# A disk that is empty would else tell each of its files.
_MOST_TOLD: Final = 1000


class Level(IntEnum):
    """How close a file is looked at; each level does what those before it do.

    Moonfire's words (recording.md 4): is it there, has it its length, has it its content.
    """

    PRESENCE = 1
    SIZE = 2
    HASH = 3


@dataclass(frozen=True, slots=True)
class Violation:
    """An invariant that does not hold, of which thing, and what was seen (Indonesian)."""

    invariant: str
    subject: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.invariant} {self.subject}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class Report:
    """What was found, and how many of what were looked at.

    `left_out` counts further violations of an invariant that was broken a thousand times.
    """

    level: Level
    violations: tuple[Violation, ...]
    checked: dict[str, int]
    left_out: int = 0

    @property
    def is_clean(self) -> bool:
        return not self.violations


@dataclass(slots=True)
class Survey:
    """One run of the checker, handed from check to check. `moment` is when it began.

    Files and rows younger than `min_age` may still be on their way. `keys_without_row` are the
    segments whose key is there and whose row is not: only the tombstones tell whether that is bad.
    """

    level: Level
    volumes: tuple[Volume, ...]
    min_age: timedelta
    moment: datetime
    keys_without_row: set[UUID] = field(default_factory=set)
    _checked: Counter[str] = field(default_factory=Counter)
    _told: Counter[str] = field(default_factory=Counter)
    _violations: list[Violation] = field(default_factory=list)
    _left_out: int = 0

    def count(self, what: str, number: int = 1) -> None:
        """`number` more of `what` (an English plural) were looked at."""
        self._checked[what] += number

    def violated(self, invariant: Invariant, subject: str, sentence: str) -> None:
        self._told[invariant] += 1
        if self._told[invariant] > _MOST_TOLD:
            self._left_out += 1
        else:
            self._violations.append(Violation(invariant, subject, sentence))

    def report(self) -> Report:
        return Report(self.level, tuple(self._violations), dict(self._checked), self._left_out)


Check = Callable[[Survey], None]
