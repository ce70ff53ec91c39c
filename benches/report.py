"""How a bench tells its result: one JSON file a name, and the same line on the screen."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Result:
    """`ratio` is ours over the peer's, from one run; `most` is what we allow ourselves."""

    name: str
    unit: str
    ours: float
    peer: float
    peer_name: str
    most: float
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        return round(self.ours / self.peer, 3)

    def write(self) -> None:
        folder = ROOT / "var" / "bench"
        folder.mkdir(parents=True, exist_ok=True)
        facts = {**asdict(self), "ratio": self.ratio}
        (folder / f"{self.name}.json").write_text(json.dumps(facts, indent=2) + "\n")
        print(json.dumps(facts))  # noqa: T201 - what a bench is for
