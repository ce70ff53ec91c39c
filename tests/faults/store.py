"""A small store with real footage, made once and put back before each fault.

What it holds is written down as fates: what must be there whatever happens, and what must be gone
when the work is done. They are the suite's own memory, so that a checker which sees nothing is
found out.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.faults.content import Content
from tests.faults.ground import LIVE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.children import Ended
    from tests.faults.ground import Ground

    Build = Callable[[], "Fates"]
    Run = Callable[[Callable[[], object]], Ended]


@dataclass(frozen=True, slots=True)
class Footage:
    """One kept segment as it was made."""

    segment: str
    camera: str
    day: str
    path: str
    sha256: str
    key: str  # hex


@dataclass(slots=True)
class Fates:
    """`kept` survives every fault, `gone` is destroyed in the end; `facts` is the work's own."""

    kept: list[Footage] = field(default_factory=list)
    gone: list[Footage] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, told: dict[str, Any]) -> Fates:
        kept, gone = ([Footage(**one) for one in told[name]] for name in ("kept", "gone"))
        return cls(kept, gone, told["facts"])


class Shelf:
    """Stores by name: the rows of each, and a copy of its data folder."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._first_day = Content.taken(LIVE)
        self._kept: dict[str, tuple[Fates, Content]] = {}

    def make(self, name: str, run: Run, build: Build) -> None:
        """Builds a store in a child of its own and keeps it under this name."""
        if name in self._kept:
            return
        self.blank()
        fates = Fates.of(run(lambda: asdict(build())).told)
        self._kept[name] = (fates, Content.taken(LIVE))
        self._ground.data.rename(self._folder(name))

    def put_back(self, name: str) -> Fates:
        """The live database and data folder as they were made."""
        fates, content = self._kept[name]
        content.put_back(LIVE)
        shutil.rmtree(self._ground.data, ignore_errors=True)
        copy(self._folder(name), self._ground.data)
        return Fates.of(json.loads(json.dumps(asdict(fates))))

    def blank(self) -> None:
        """The live database and data folder as on the first day."""
        self._first_day.put_back(LIVE)
        shutil.rmtree(self._ground.data, ignore_errors=True)
        self._ground.data.mkdir(mode=0o700)

    def _folder(self, name: str) -> Path:
        return self._ground.home / f"kept-{name}"


def copy(source: Path, target: Path) -> None:
    """cp keeps times and owners, and shares blocks where the disk can."""
    subprocess.run(["cp", "-a", "--reflink=auto", "--", source, target], check=True)
