"""Disks that fill up, turn read-only, fail or vanish under each kind of work.

After each the work is done again on a sound disk, to its end, and the checker looks. Whatever the
work told meanwhile, an error or success, must not be belied by what it finds.
"""

from __future__ import annotations

import mmap
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cctvportal.common import crash
from tests.faults import mounts, sick
from tests.faults.children import Child, ChildFailed, ChildHangs
from tests.faults.kills import WORKS, Kills, to_the_end
from tests.faults.length import Length
from tests.faults.works import footage

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.stage import Stage
    from tests.faults.store import Fates
    from tests.faults.works.work import Work

    Go = Callable[[Fates], object]
    Strike = Callable[[Go], None]

# Where each work writes, below the data folder.
_PLACES: Final = {
    "record": ("footage", "keystore"),
    "purge": ("footage", "keystore", "tombstones"),
    "rotation": ("keystore",),
    "export": ("disk", "spool"),
    "wipe": ("disk",),
    "erase": ("footage", "keystore", "tombstones"),
    "custody": (),
}
# At so many steps of each work, drawn at random, the system's calls begin to fail.
_STEPS: Final = {Length.BRIEF: 1, Length.SHORT: 2, Length.LONG: 12}
_PAGE: Final = 4096


class Disks:
    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._kills = Kills(stage)
        # Set by the child that a blow really befell.
        self._befell = mmap.mmap(-1, 1)

    def run(self) -> None:
        self._fill()
        self._sicken()

    # Own file systems ------------------------------------------------------------------------

    def _fill(self) -> None:
        try:
            self._stage.run(mounts.enter)
        except ChildFailed as error:
            reason = str(error).strip().splitlines()[-1]
            for name in ("full", "inodes", "readonly", "unmount"):
                self._stage.tally.leave_out(f"disk.{name}", reason)
            return
        for _ in range(3 if self._stage.long else 1):
            for work in WORKS:
                for place in self._some(_PLACES[work.name]):
                    self._full(work, place)
                    self._inodes(work, place)
                    self._readonly(work, place)
                    if place in {"footage", "disk"}:
                        self._unmounted(work, place)

    def _some(self, places: tuple[str, ...]) -> tuple[str, ...]:
        brief = self._stage.length is Length.BRIEF and places
        return (self._stage.rng.choice(places),) if brief else places

    def _full(self, work: Work, place: str) -> None:
        spare = _PAGE * self._stage.rng.choice([0, 1, 2, 3, 5, 8])
        narrow = partial(mounts.limit, spare_bytes=spare)
        self._on_tmpfs("disk.full", work, place, narrow)

    def _inodes(self, work: Work, place: str) -> None:
        narrow = partial(mounts.limit, spare_inodes=self._stage.rng.choice([0, 1, 2, 4]))
        self._on_tmpfs("disk.inodes", work, place, narrow)

    def _on_tmpfs(self, fault: str, work: Work, place: str, narrow: Callable[[Path], None]) -> None:
        folder = self._folder(place)

        def befall(strike: Strike) -> list[str]:
            mounts.tmpfs(folder)
            narrow(folder)
            self._befell[0] = 1
            strike(work.go)
            mounts.widen(folder)
            return []

        self._within(fault, work, folder, befall)

    def _readonly(self, work: Work, place: str) -> None:
        folder, step = self._folder(place), self._stage.a_step(work)

        def befall(strike: Strike) -> list[str]:
            mounts.bind(folder, folder)
            strike(self._struck(work, step, partial(mounts.read_only, folder)))
            mounts.read_only(folder, on=False)
            return []

        self._within("disk.readonly", work, folder, befall)

    def _unmounted(self, work: Work, place: str) -> None:
        folder, step = self._folder(place), self._stage.a_step(work)

        def befall(strike: Strike) -> list[str]:
            real = folder.with_name(f"{place}.real")
            folder.rename(real)
            folder.mkdir()
            mounts.bind(real, folder)
            strike(self._struck(work, step, partial(mounts.detach, folder)))
            if not self._befell[0]:
                mounts.detach(folder)
            below = [str(path) for path in folder.rglob("*")]
            mounts.bind(real, folder)
            return [f"it was written onto the system's disk: {path}" for path in below]

        self._within("disk.unmount", work, folder, befall)

    def _within(
        self, fault: str, work: Work, folder: Path, befall: Callable[[Strike], list[str]]
    ) -> None:
        """The store laid out, then everything in a child with mounts of its own."""
        stage = self._stage
        fates = self._kills.store(work, stage.rng.randrange(2))
        folder.mkdir(mode=0o700, exist_ok=True)
        log = stage.ground.log

        def live() -> dict[str, Any]:
            mounts.enter()
            wrong = befall(partial(_strike, fates, log))
            return _end(work, fates, log, wrong)

        self._tell(fault, work, live)

    # EIO -------------------------------------------------------------------------------------

    def _sicken(self) -> None:
        if reason := sick.cannot():
            self._stage.tally.leave_out("disk.eio", reason)
            return
        for call in sick.CALLS:
            for work in WORKS:
                steps = {self._stage.a_step(work) for _ in range(_STEPS[self._stage.length])}
                for step in sorted(steps):
                    self._sick(work, call, step)

    def _sick(self, work: Work, call: str, step: str) -> None:
        stage = self._stage
        fates = self._kills.store(work, stage.rng.randrange(2))
        log = stage.ground.log

        def live() -> dict[str, Any]:
            _strike(fates, log, self._struck(work, step, partial(sick.fall_sick, call)))
            return _end(work, fates, log, [])

        self._tell(f"disk.eio-{call}", work, live)

    # Both ------------------------------------------------------------------------------------

    def _tell(self, fault: str, work: Work, live: Callable[[], dict[str, Any]]) -> None:
        tally = self._stage.tally
        try:
            verdict = self._stage.run(live).told
        except ChildFailed as error:
            tally.wrong(f"{fault}.{work.name}", str(error))
        else:
            tally.look(f"{fault}.{work.name}", verdict)
        tally.tried[fault] += self._befell[0]

    def _folder(self, place: str) -> Path:
        return self._stage.ground.data / place

    def _struck(self, work: Work, step: str, blow: Callable[[], None]) -> Go:
        """The work, which a blow befalls when it passes a step."""
        self._befell[0] = 0

        def befall() -> None:
            blow()
            self._befell[0] = 1

        def go(fates: Fates) -> None:
            crash.arm(step, befall)
            work.go(fates)

        return go


def _strike(fates: Fates, log: Path, go: Go) -> None:
    """The work in a child that the fault befalls: it may fail as it likes, but not hang."""
    brief = replace(fates, facts=fates.facts | {"attempt": 0, "patience": 0.3})
    try:
        Child(partial(go, brief), log).end()
    except ChildHangs:
        raise
    except ChildFailed:
        return


def _end(work: Work, fates: Fates, log: Path, wrong: list[str]) -> dict[str, Any]:
    """With a sound disk: was harm done; then the work to its end, as the next attempt."""
    harmed = Child(partial(footage.harmed, fates), log).end().told
    again = replace(fates, facts=fates.facts | {"attempt": 1, "sound_again": True})
    end = Child(partial(to_the_end, work, again), log).end().told
    return {**end, "wrong": [*wrong, *(f"right after: {each}" for each in harmed), *end["wrong"]]}
