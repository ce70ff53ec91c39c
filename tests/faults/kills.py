"""SIGKILL at every numbered step, and at any moment; then the same work again, to its end."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any, Final

from cctvportal.common import crash
from cctvportal.common.crash import STEPS
from tests.faults import checker
from tests.faults.children import ChildFailed
from tests.faults.works import footage
from tests.faults.works.custody import Custody
from tests.faults.works.erasing import Erasing
from tests.faults.works.exporting import Exporting, Wiping
from tests.faults.works.purge import Purge
from tests.faults.works.recording import Recording
from tests.faults.works.rotation import Rotation

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.stage import Stage
    from tests.faults.store import Fates
    from tests.faults.works.work import Work

WORKS: Final[tuple[Work, ...]] = (
    Recording(),
    Purge(),
    Rotation(),
    Exporting(),
    Wiping(),
    Erasing(),
    Custody(),
)
# A step killed at its tenth passage tells little that the ninth did not.
_PASSAGES: Final = 9
# Five dead workers give a job up, which is another story.
_IN_A_ROW: Final = 3
_AT_RANDOM: Final = 0.4  # of the kills behind the first of each step

Blow = str | float  # a step to die at, or seconds after which to be killed


class Kills:
    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._lasts: dict[str, float] = {}

    def run(self) -> None:
        """Each step once, in each work that passes it where time allows; then at random."""
        rng, tally = self._stage.rng, self._stage.tally
        places = sum(step.startswith(work.prefixes) for work in WORKS for step in STEPS)
        for step in STEPS:
            works = [work for work in WORKS if step.startswith(work.prefixes)]
            for work in rng.sample(works, len(works)):
                reached = self._round(work, 0, [step])
                if reached and places > self._stage.rounds:
                    break
            if not tally.steps[step]:
                tally.wrong("kill.step", f"no work passes the step {step}")
        variants = 5 if self._stage.long else 2
        for _ in range(3 * self._stage.rounds):
            if tally.kills >= self._stage.rounds:
                break
            tally.progress()
            work = rng.choice(WORKS)
            self._round(work, rng.randrange(variants), self._blows(work))

    def once(self, work_name: str, variant: int, blows: list[Blow]) -> None:
        """The round of a report again."""
        work = next(one for one in WORKS if one.name == work_name)
        self._round(work, variant, blows)

    def _blows(self, work: Work) -> list[Blow]:
        rng = self._stage.rng
        count = rng.choices(range(1, _IN_A_ROW + 1), (5, 2, 1))[0]
        return [self._blow(work, rng) for _ in range(count)]

    def _blow(self, work: Work, rng: Random) -> Blow:
        if rng.random() < _AT_RANDOM:
            return round(rng.uniform(0.0, 1.1 * self._lasts.get(work.name, 0.3)), 4)
        return f"{self._stage.a_step(work)}:{rng.randint(1, _PASSAGES)}"

    def _round(self, work: Work, variant: int, blows: list[Blow]) -> bool:
        """One store, some kills, the work to its end, the checker. True when a kill took place."""
        stage, killed = self._stage, 0
        repeat = (
            f"--again {work.name}/{variant}/{','.join(map(str, blows))} --seed {stage.tally.seed}"
        )
        try:
            fates = self.store(work, variant)
            for blow in blows:
                fates = counted(fates, killed)
                if not self._struck(work, fates, blow):
                    break
                killed += 1
                harmed = stage.run(partial(footage.harmed, fates)).told
                for sentence in harmed:
                    stage.tally.wrong(f"kill.{work.name}", f"right after: {sentence}", repeat)
            fates = counted(fates, killed)
            ended = stage.run(partial(to_the_end, work, fates))
        except ChildFailed as error:
            stage.tally.wrong(f"kill.{work.name}", str(error), repeat)
            return killed > 0
        self._lasts[work.name] = max(ended.told["seconds"], 0.05)
        stage.tally.look(f"kill.{work.name}", ended.told, repeat)
        return killed > 0

    def _struck(self, work: Work, fates: Fates, blow: Blow) -> bool:
        """True when the child was killed before it came to its end."""
        stage = self._stage
        go = partial(work.go, fates)
        if isinstance(blow, float):
            killed = stage.begin(go).end(kill_after=blow).killed
            stage.tally.tried[f"kill.moment.{work.name}"] += killed
            return killed
        killed = stage.run(partial(_armed, go, blow)).killed
        stage.tally.tried[f"kill.step.{work.name}"] += killed
        if killed:
            step = blow.partition(":")[0]
            stage.tally.steps[step] += 1
            stage.reached.setdefault(work.name, set()).add(step)
        return killed

    def store(self, work: Work, variant: int) -> Fates:
        name = f"{work.name}-{variant}"
        rng = Random(f"{self._stage.tally.seed}/{name}")
        self._stage.shelf.make(name, self._stage.run, partial(work.build, rng))
        return self._stage.shelf.put_back(name)


def _armed(go: Callable[[], object], step: str) -> None:
    crash.arm(step)
    go()


def to_the_end(work: Work, fates: Fates) -> dict[str, Any]:
    """The work once more, and what its own memory and the checker say of the store then."""
    began = time.monotonic()
    work.go(fates)
    seconds = time.monotonic() - began
    return checker.verdict(work.wrong(fates)) | {"seconds": seconds}


def counted(fates: Fates, attempt: int) -> Fates:
    return replace(fates, facts=fates.facts | {"attempt": attempt})
