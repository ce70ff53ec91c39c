"""Workers that meet: one that was thought dead, ten for one message, two sweepers, two purges."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from cctvportal.accounts.access import SYSTEM
from cctvportal.common import crash
from cctvportal.common.clock import ago
from cctvportal.jobs import services
from cctvportal.jobs.models import Job, JobState
from recordings.services import expiry
from recordings.services.erase import GateClosed
from tests.faults.children import ChildFailed
from tests.faults.kills import Kills, to_the_end
from tests.faults.works.erasing import Erasing
from tests.faults.works.exporting import Exporting
from tests.faults.works.purge import Purge

if TYPE_CHECKING:
    from tests.faults.children import Child
    from tests.faults.stage import Stage
    from tests.faults.store import Fates
    from tests.faults.works.work import Work

# In the middle of a transaction a stopped process keeps its rows, and all others wait for it.
_HOLDS_ROWS: Final = {
    "export.settled",
    "erase.ended",
    "purge.doomed",
    "purge.noted",
    "remains.noted",
}
_DUPLICATES: Final = 10
_SWEEPERS: Final = 4


class Workers:
    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._kills = Kills(stage)

    def run(self) -> None:
        rng, long = self._stage.rng, self._stage.long
        for work in (Exporting(), Erasing()):
            steps = [step for step in crash.STEPS if step.startswith(work.prefixes)]
            steps = [step for step in steps if step not in _HOLDS_ROWS]
            for step in rng.sample(steps, len(steps) if long else 4):
                self._zombie(work, step)
            for _ in range(5 if long else 1):
                self._duplicates(work)
        for _ in range(5 if long else 1):
            self._sweepers()
            self._purges()

    def _zombie(self, work: Work, step: str) -> None:
        """Stopped beyond its lease; another does the work; then it wakes up."""
        fates = self._kills.store(work, 0)
        zombie = self._stage.begin(partial(_stopping, work, step, fates))
        if not _stopped(zombie):
            zombie.end()
            return
        self._stage.tally.tried["workers.zombie"] += 1
        other = replace(fates, facts=fates.facts | {"attempt": 1, "patience": 2.0})
        try:
            self._stage.run(partial(work.go, other))
        finally:
            os.kill(zombie.pid, signal.SIGCONT)
            zombie.end()
        again = replace(fates, facts=fates.facts | {"attempt": 2})
        self._end(f"workers.zombie {step}", work, again)

    def _duplicates(self, work: Work) -> None:
        """The same message, ten times at once."""
        fates = self._kills.store(work, 0)
        crowd = [self._stage.begin(partial(work.go, fates)) for _ in range(_DUPLICATES)]
        for child in crowd:
            child.end()
        self._stage.tally.tried["workers.duplicates"] += 1
        self._end("workers.duplicates", work, fates)

    def _sweepers(self) -> None:
        """A job of a dead worker is rung for once, however many sweep."""
        fates = self._kills.store(Exporting(), 0)
        self._stage.run(partial(_abandon, fates))
        crowd = [self._stage.begin(_sweep) for _ in range(_SWEEPERS)]
        rung = sum(child.end().told for child in crowd)
        self._stage.tally.tried["workers.sweepers"] += 1
        if rung != 1:
            self._stage.tally.wrong("workers.sweepers", f"an overdue job was rung {rung} times")
        self._end("workers.sweepers", Exporting(), fates)

    def _purges(self) -> None:
        """Beats that overlap: one passes the gate, the others are turned away or find nothing."""
        fates = self._kills.store(Purge(), 0)
        crowd = [self._stage.begin(_purge) for _ in range(_SWEEPERS)]
        passed = sum(child.end().told for child in crowd)
        self._stage.tally.tried["workers.purges"] += 1
        if not passed:
            self._stage.tally.wrong("workers.purges", "nobody passed the gate")
        self._end("workers.purges", Purge(), fates)

    def _end(self, fault: str, work: Work, fates: Fates) -> None:
        try:
            self._stage.tally.look(fault, self._stage.run(partial(to_the_end, work, fates)).told)
        except ChildFailed as error:
            self._stage.tally.wrong(fault, str(error))


def _stopping(work: Work, step: str, fates: Fates) -> None:
    crash.arm(step, lambda: os.kill(os.getpid(), signal.SIGSTOP))
    work.go(replace(fates, facts=fates.facts | {"attempt": 0, "patience": 2.0}))


def _stopped(child: Child) -> bool:
    """Whether it came to its step; False when it ended without passing it."""
    while True:
        with open(f"/proc/{child.pid}/stat", encoding="ascii") as file:  # noqa: PTH123 - not a path of ours
            state = file.read().rpartition(") ")[2][0]
        if state in "TZ":
            return state == "T"
        time.sleep(0.01)


def _abandon(fates: Fates) -> None:
    """As a worker leaves its job that died a minute ago."""
    Job.objects.filter(pk=fates.facts["job"]).update(
        state=JobState.RUNNING,
        owner="dead",
        fence=1,
        attempts=1,
        lease_until=ago(60),
        hinted_at=ago(90),
    )


def _sweep() -> int:
    until, rung = time.monotonic() + 0.5, 0
    while time.monotonic() < until:
        rung += services.sweep()
    return rung


def _purge() -> bool:
    try:
        expiry.purge_expired(by=SYSTEM)
    except GateClosed:
        return False
    return True
