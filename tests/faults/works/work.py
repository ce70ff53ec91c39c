"""What one kind of work has to offer so that it can be killed."""

from __future__ import annotations

from random import Random
from typing import Protocol

from tests.faults.store import Fates


class Work(Protocol):
    """Each function runs in a child of its own. `prefixes`: the steps that `go` may pass."""

    @property
    def name(self) -> str: ...

    @property
    def prefixes(self) -> tuple[str, ...]: ...

    def build(self, rng: Random) -> Fates:
        """Fills an empty store."""
        ...

    def go(self, fates: Fates) -> None:
        """The work. Killed anywhere and called again in another process, it comes to its end.

        Of `fates.facts`: "attempt" counts the calls, from 0; "patience" are seconds to go on in
        vain; "sound_again" says that a person has seen to the disk and presses "Coba lagi".
        """
        ...

    def wrong(self, fates: Fates) -> list[str]:
        """After `go` has come to its end: sentences, none where all is as it should be."""
        ...
