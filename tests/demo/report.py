"""What the demo did, step by step: told while it runs, and written as report.json at the end."""

from __future__ import annotations

import json
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


class StoryError(Exception):
    """A step failed and was told; what follows it in the same story makes no sense any more."""


@dataclass(frozen=True, slots=True)
class Step:
    """`sop` is the step of the SOP, 1 to 5, or the book or check that the step belongs to."""

    sop: str
    name: str
    ok: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class Package:
    """What a receiver holds: the folder on the disk and the passphrase in the envelope."""

    path: str
    passphrase: str = field(repr=False)
    number: str = ""


@dataclass(slots=True)
class Report:
    steps: list[Step] = field(default_factory=list)
    packages: list[Package] = field(default_factory=list)
    erased: list[dict[str, Any]] = field(default_factory=list)
    whole: bool = False

    @property
    def ok(self) -> bool:
        return self.whole and all(step.ok for step in self.steps)

    @contextmanager
    def step(self, sop: str, name: str) -> Iterator[list[str]]:
        """Times one step and tells how it went, with what the step notes in the list it is given.

        Raises StoryError where it did not work.
        """
        began = time.monotonic()
        notes: list[str] = []
        try:
            yield notes
        except Exception as error:
            self._tell(Step(sop, name, ok=False, seconds=_since(began)))
            _say(f"       {_sentence(error)}")
            raise StoryError(name) from error
        self._tell(Step(sop, name, ok=True, seconds=_since(began)), *notes)

    @contextmanager
    def story(self, title: str) -> Iterator[None]:
        """Lets the other stories go on when this one breaks off."""
        _say(f"\n{title}")
        try:
            yield
        except StoryError as broken:
            _say(f"       Cerita ini berhenti di sini: {broken}")

    def _tell(self, step: Step, *notes: str) -> None:
        self.steps.append(step)
        aside = f" ({', '.join(notes)})" if notes else ""
        word = "ok   " if step.ok else "GAGAL"
        _say(f"{word}  {step.sop:>7}  {step.seconds:6.2f} s  {step.name}{aside}")

    def write(self, path: Path) -> None:
        facts = {
            "steps": [asdict(step) for step in self.steps],
            "packages": [asdict(package) for package in self.packages],
            "erased": self.erased,
            "ok": self.ok,
        }
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.touch(mode=0o600)  # it holds the passphrases of the demo's packages
        path.write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

    def conclude(self, path: Path, seconds: float) -> None:
        good = sum(step.ok for step in self.steps)
        verdict = "Semua langkah berhasil" if self.ok else "ADA YANG GAGAL"
        _say(f"\n{verdict}: {good} dari {len(self.steps)} langkah, {seconds:.0f} s. {path}")


def _since(began: float) -> float:
    return round(time.monotonic() - began, 2)


def _sentence(error: Exception) -> str:
    """A page's own sentence as it is; for any other fault where in the demo it arose."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{str(error) or type(error).__name__}  ({Path(place.filename).name}:{place.lineno})"


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
