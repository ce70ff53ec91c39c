"""The classes of faults by name. Imported once Django stands."""

from __future__ import annotations

import gc
from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING, Final

from tests.faults.away import Away
from tests.faults.cameras import Cameras
from tests.faults.clocks import Clocks
from tests.faults.disks import Disks
from tests.faults.kills import Kills
from tests.faults.nemesis import Nemesis
from tests.faults.stage import Stage
from tests.faults.store import Shelf
from tests.faults.workers import Workers
from tests.recordings.media.films import film

if TYPE_CHECKING:
    from argparse import Namespace

    from tests.faults.ground import Ground
    from tests.faults.tally import Tally


def stage(ground: Ground, tally: Tally, given: Namespace) -> Stage:
    """`given`: the options of `__main__`."""
    film("h264", 4)  # made once, for all children
    gc.collect()
    gc.freeze()  # a collection in a child would copy all that is shared
    return Stage(ground, tally, Shelf(ground), Random(given.seed), given.rounds, given.length)


def again(stage: Stage, text: str) -> None:
    """One round of kills: `work/variant/blow,blow`."""
    work, variant, blows = text.split("/")
    Kills(stage).once(work, int(variant), [_blow(each) for each in blows.split(",")])


def _blow(text: str) -> str | float:
    return text if text[0].isalpha() else float(text)


ACTS: Final[dict[str, Callable[[Stage], None]]] = {
    "kill": lambda stage: Kills(stage).run(),
    "disk": lambda stage: Disks(stage).run(),
    "database": lambda stage: Away(stage).database(),
    "valkey": lambda stage: Away(stage).valkey(),
    "clock": lambda stage: Clocks(stage).run(),
    "workers": lambda stage: Workers(stage).run(),
    "camera": lambda stage: Cameras(stage).run(),
    "nemesis": lambda stage: Nemesis(stage).run(),
}
