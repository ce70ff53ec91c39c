"""`python -m tests.faults [--seed N] [--rounds R] [--classes a,b] [--brief | --long]`."""

from __future__ import annotations

import argparse
import secrets
import signal
import sys
import time
from pathlib import Path
from typing import Final

from cctvportal.embedded.refusal import CannotStart
from tests.faults.children import ChildFailed
from tests.faults.ground import Ground
from tests.faults.length import Length
from tests.faults.tally import Tally

ROOT: Final = Path(__file__).resolve().parents[2]
REPORT: Final = ROOT / "var" / "faults" / "report.json"
CLASSES: Final = (
    "kill",
    "disk",
    "database",
    "valkey",
    "clock",
    "workers",
    "camera",
    "nemesis",
)
_SHORT, _LONG = 300, 1000


def options(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--rounds", type=int, default=0, help=f"kills; {_SHORT}, long {_LONG}")
    parser.add_argument("--classes", default=",".join(CLASSES), help=", ".join(CLASSES))
    length = parser.add_mutually_exclusive_group()
    for one, told in ((Length.BRIEF, "what `make test` has time for"), (Length.LONG, "all steps")):
        length.add_argument(
            f"--{one.value}", dest="length", action="store_const", const=one, help=told
        )
    parser.add_argument("--again", default="", help="one round of kills, as a report names it")
    parser.add_argument("--report", type=Path, default=REPORT)
    parser.set_defaults(length=Length.SHORT)
    given = parser.parse_args(arguments)
    given.classes = given.classes.split(",")
    given.rounds = given.rounds or (_LONG if given.length is Length.LONG else _SHORT)
    if unknown := set(given.classes) - set(CLASSES):
        parser.error(f"unknown: {', '.join(unknown)}")
    return given


def main() -> int:
    given = options()
    ground, tally = Ground(), Tally(given.seed)
    # Ended early, it still says how far it came.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        ground.start()
        _try_all(given, ground, tally)
    except CannotStart as error:
        raise SystemExit(str(error)) from None
    finally:
        ground.close()
        tally.write(given.report)
    print(tally.told())  # noqa: T201 - a command
    return 1 if tally.violations else 0


def _try_all(given: argparse.Namespace, ground: Ground, tally: Tally) -> None:
    # Models can be imported only now.
    from tests.faults import acts  # noqa: PLC0415

    stage = acts.stage(ground, tally, given)
    if given.again:
        acts.again(stage, given.again)
        return
    for name in given.classes:
        began = time.monotonic()
        print(f"{name} ...", flush=True)  # noqa: T201 - a command
        try:
            acts.ACTS[name](stage)
        except ChildFailed as error:
            tally.wrong(name, str(error))
        tally.seconds[name] = round(time.monotonic() - began, 1)


if __name__ == "__main__":
    sys.exit(main())
