"""What was tried, what was looked at, what was wrong: printed, and kept as a report."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

_A_LINE: Final = 100


@dataclass(frozen=True, slots=True)
class Violation:
    """`repeat`: the options that lead to the same fault again."""

    fault: str
    sentence: str
    repeat: str


@dataclass(slots=True)
class Tally:
    """Counts by name: faults tried, steps killed at, things looked at; and what was not tried.

    `back_after`: the longest time, in seconds, until work was taken up again after a fault (I9).
    """

    seed: int
    tried: Counter[str] = field(default_factory=Counter)
    steps: Counter[str] = field(default_factory=Counter)
    checked: Counter[str] = field(default_factory=Counter)
    violations: list[Violation] = field(default_factory=list)
    not_run: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    back_after: dict[str, float] = field(default_factory=dict)
    told_kills: int = 0
    began: float = field(default_factory=time.monotonic)

    def look(self, fault: str, verdict: dict[str, Any], repeat: str = "") -> None:
        """Adds what a checker said: {"wrong": [sentence], "checked": {name: count}}."""
        self.checked.update({name: n for name, n in verdict["checked"].items() if n})
        for sentence in verdict["wrong"]:
            self.wrong(fault, sentence, repeat)

    def wrong(self, fault: str, sentence: str, repeat: str = "") -> None:
        again = repeat or f"--seed {self.seed} --classes {fault.partition('.')[0]}"
        self.violations.append(Violation(fault, sentence, again))
        print(f"  PELANGGARAN {fault}: {sentence}\n    ulangi: {again}", flush=True)  # noqa: T201 - a command

    def back(self, fault: str, seconds: float) -> None:
        self.checked["I9: work taken up again in time"] += 1
        self.back_after[fault] = max(self.back_after.get(fault, 0.0), round(seconds, 1))

    def leave_out(self, fault: str, reason: str) -> None:
        """Never counted as passed."""
        self.not_run[fault] = reason

    def progress(self) -> None:
        """A line for each hundred kills."""
        if self.kills >= self.told_kills + _A_LINE:
            self.told_kills = self.kills - self.kills % _A_LINE
            print(f"  {self.told_kills} kali SIGKILL", flush=True)  # noqa: T201 - a command

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        body = {
            "seed": self.seed,
            "ok": not self.violations,
            "seconds": round(time.monotonic() - self.began, 1),
            "kills": self.kills,
            "tried": dict(sorted(self.tried.items())),
            "steps": dict(sorted(self.steps.items())),
            "checked": dict(sorted(self.checked.items())),
            "back_after": self.back_after,
            "not_run": self.not_run,
            "seconds_by_class": self.seconds,
            "violations": [asdict(one) for one in self.violations],
        }
        path.write_text(json.dumps(body, indent=1) + "\n")

    @property
    def kills(self) -> int:
        """Processes that SIGKILL ended, at a step or at a random moment."""
        return sum(count for name, count in self.tried.items() if name.startswith("kill."))

    @property
    def looked(self) -> int:
        """Things looked at; bytes are no things."""
        return sum(count for name, count in self.checked.items() if "bytes" not in name)

    def told(self) -> str:
        tried = [f"  {name:<38}{count:>7}" for name, count in sorted(self.tried.items())]
        left = [f"  {name:<38}tidak dijalankan: {why}" for name, why in self.not_run.items()]
        checked = [f"  {name:<38}{count:>7}" for name, count in sorted(self.checked.items())]
        back = sorted(self.back_after.items())
        sums = (
            f"benih {self.seed}",
            f"{sum(self.tried.values())} gangguan",
            f"{self.kills} di antaranya SIGKILL",
            f"{self.looked} pemeriksaan",
            f"{len(self.violations)} pelanggaran",
            f"{time.monotonic() - self.began:.0f} detik",
        )
        return "\n".join(
            [
                "gangguan yang dicoba:",
                *tried,
                *left,
                *(f"  {name:<38}kembali bekerja sesudah {s} detik" for name, s in back),
                "yang diperiksa sesudahnya:",
                *checked,
                ", ".join(sums),
            ]
        )
