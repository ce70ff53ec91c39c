"""Tells once when a volume stops taking footage, or the keystore keys, and once when it is over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cctvportal.common.clock import now
from recordings.enums import AlarmKind
from recordings.recorder.notes import AlarmCleared, AlarmRaised, Note

if TYPE_CHECKING:
    from uuid import UUID

_KINDS: Final = (AlarmKind.DISK, AlarmKind.BELOW_FLOOR)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a camera may not write: a sentence. `full`: for want of room, else the disk is sick.

    `name`: of what refuses, when it is no volume that has a name of its own.
    """

    reason: str
    full: bool = False
    name: str = ""

    @property
    def kind(self) -> AlarmKind:
        return AlarmKind.BELOW_FLOOR if self.full else AlarmKind.DISK

    @property
    def facts(self) -> dict[str, str]:
        named = {"name": self.name} if self.name else {}
        return {"detail": self.reason, **named}


class Bells:
    """What was told of each volume. A new one may still ring from a recorder that died."""

    def __init__(self) -> None:
        self._rung: dict[UUID | str, frozenset[AlarmKind]] = {}

    def ring(self, refusals: Mapping[UUID | str, Iterable[Refusal]]) -> Iterator[Note]:
        """News since the last call; `refusals` names every volume in use, most without any.

        And what else all cameras need, by a subject of its own.
        """
        for volume, found in refusals.items():
            reasons = {each.kind: each for each in found}
            before = self._rung.get(volume, frozenset(_KINDS))
            for kind in _KINDS:
                if kind in reasons and (volume not in self._rung or kind not in before):
                    yield AlarmRaised(kind, str(volume), reasons[kind].facts, now())
                elif kind not in reasons and kind in before:
                    yield AlarmCleared(kind, str(volume), now())
            self._rung[volume] = frozenset(reasons)
        for volume in self._rung.keys() - refusals.keys():
            for kind in self._rung.pop(volume):
                yield AlarmCleared(kind, str(volume), now())
