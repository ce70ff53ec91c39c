"""How a bench tells its result: one JSON file a name, and a line on the screen."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parent.parent
FOLDER: Final = ROOT / "var" / "bench"


@dataclass(frozen=True, slots=True)
class Result:
    """`ratio` is ours over the peer's, both from one run.

    What we allow ourselves: `most` of the ratio; `most_ours` of our own value, where the issue
    promises that.
    """

    name: str
    unit: str
    ours: float
    peer: float
    peer_name: str
    most: float | None = None
    most_ours: float | None = None
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        return self.ours / self.peer

    @property
    def is_kept(self) -> bool:
        return (self.most is None or self.ratio <= self.most) and (
            self.most_ours is None or self.ours <= self.most_ours
        )

    def write(self) -> int:
        """Exit status 1 when it is more than we allow."""
        FOLDER.mkdir(parents=True, exist_ok=True)
        numbers = {
            "ours": _short(self.ours),
            "peer": _short(self.peer),
            "ratio": _short(self.ratio),
        }
        facts = {**asdict(self), **numbers, "kept": self.is_kept}
        (FOLDER / f"{self.name}.json").write_text(json.dumps(facts, indent=1) + "\n")
        print(line(facts), flush=True)  # noqa: T201 - what a bench is for
        return int(not self.is_kept)


def line(facts: dict[str, Any]) -> str:
    """One result for the screen."""
    limits = [
        f"{what} <= {facts[limit]}"
        for what, limit in (("ratio", "most"), (facts["unit"], "most_ours"))
        if facts.get(limit) is not None
    ]
    verdict = "" if not limits else f"   {', '.join(limits)}: {'ok' if facts['kept'] else 'MISSED'}"
    return (
        f"{facts['name']:22} {facts['ours']:>10} {facts['unit']:12} "
        f"ratio {facts['ratio']:<8} of {facts['peer_name']}{verdict}"
    )


def load() -> float:
    """Of the machine over the last minute; a ratio says more than a figure where this is high."""
    return round(os.getloadavg()[0], 1)


def _short(number: float) -> float:
    return float(f"{number:.4g}")
