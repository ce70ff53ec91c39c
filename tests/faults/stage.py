"""Everything that the classes of faults share: servers, stores, random numbers, the tally."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from cctvportal.common.crash import STEPS
from tests.faults.children import Child
from tests.faults.length import Length
from tests.faults.store import Shelf

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.children import Ended
    from tests.faults.ground import Ground
    from tests.faults.tally import Tally
    from tests.faults.works.work import Work


@dataclass(slots=True)
class Stage:
    """`rounds` asks for so many kills.

    `reached`: the steps that each work was seen to pass.
    """

    ground: Ground
    tally: Tally
    shelf: Shelf
    rng: Random
    rounds: int
    length: Length
    reached: dict[str, set[str]] = field(default_factory=dict)

    @property
    def long(self) -> bool:
        return self.length is Length.LONG

    def a_step(self, work: Work) -> str:
        """One that the work passes, as far as is known by now."""
        known = self.reached.get(work.name)
        steps = known or {step for step in STEPS if step.startswith(work.prefixes)}
        return self.rng.choice(sorted(steps))

    def run(self, work: Callable[[], object]) -> Ended:
        """In a child, to its end. Raises ChildFailed."""
        return self.begin(work).end()

    def begin(self, work: Callable[[], object]) -> Child:
        return Child(work, self.ground.log)
