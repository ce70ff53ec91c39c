"""The media processes of one node, and when each was last heard."""

from __future__ import annotations

import select
import time
from typing import TYPE_CHECKING, Final

from recordings.recorder.child import Child

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from recordings.recorder.seat import Seat

CAMERAS_PER_PROCESS: Final = 16
# A process that says nothing for so long hangs. It tells its health every few seconds.
_SILENCE: Final = 20.0


class Crew:
    """Used by one thread, which must live as long as the processes do (see `child`)."""

    def __init__(self) -> None:
        self._children: dict[int, Child] = {}  # by descriptor
        self._heard: dict[int, float] = {}

    def __iter__(self) -> Iterator[Child]:
        return iter(list(self._children.values()))

    def watch(self, poll: select.poll) -> None:
        for descriptor in self._children:
            poll.register(descriptor, select.POLLIN)

    def at(self, descriptor: int) -> Child | None:
        """The process behind a descriptor of ours; it is heard just now."""
        if descriptor in self._children:
            self._heard[descriptor] = time.monotonic()
        return self._children.get(descriptor)

    def silent(self) -> list[Child]:
        """Those that hang."""
        moment = time.monotonic()
        return [
            self._children[descriptor]
            for descriptor, heard in self._heard.items()
            if moment - heard > _SILENCE
        ]

    def forgive(self) -> None:
        """It was us who did not listen."""
        self._heard = dict.fromkeys(self._heard, time.monotonic())

    def with_room(self, seat: Seat, seats: Iterable[Seat]) -> Child:
        """A process for one more camera; a new one when all are full, or it is to be alone."""
        if not seat.is_alone:
            for child in self._children.values():
                company = [each for each in seats if each.child is child]
                if len(company) < CAMERAS_PER_PROCESS and not any(one.is_alone for one in company):
                    return child
        child = Child()
        self._children[child.fileno()] = child
        self._heard[child.fileno()] = time.monotonic()
        return child

    def bury(self, child: Child) -> bool:
        """Ends a process and waits for that; False when it was gone before."""
        descriptor = child.fileno()
        if self._children.get(descriptor) is not child:
            return False
        del self._children[descriptor], self._heard[descriptor]
        child.kill()
        return True

    def dismiss_idle(self, seats: Iterable[Seat]) -> None:
        busy = {id(seat.child) for seat in seats}
        for child in self:
            if id(child) not in busy:
                self.bury(child)
