"""`make bench` and `make bench-full`: each bench runs the thing and its peer, and writes a ratio.

The short run stays under five minutes: sixteen cameras, an export of a GiB, and the store at a
hundred thousand rows. `--full` adds 32 cameras and the store at a million and ten million rows, in
20 GB of disk and half an hour; `--keep` leaves those for the next run.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Final

from benches import office
from benches.report import FOLDER, ROOT, Result, line, load
from cctvportal.embedded.refusal import CannotStart

MOST_FLAT: Final = 1.3
_TIMES: Final = {bench: FOLDER / f".times-{bench}" for bench in ("lookup", "room")}


@dataclass(frozen=True, slots=True)
class Size:
    """What is measured with so many rows; in the order that leaves each its own expired ones."""

    rows: str
    purged: int
    benches: tuple[str, ...]


SHORT: Final = (Size("1e5", 5_000, ("reconcile", "purge")),)
FULL: Final = (
    Size("1e5", 20_000, ("lookup", "room", "purge")),
    Size("1e6", 40_000, ("lookup", "reconcile", "purge")),
    Size("1e7", 40_000, ("lookup", "room", "purge")),
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="benches", description=__doc__)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--keep", action="store_true")
    given = parser.parse_args()
    began = time.time()
    failed = _python("benches.recording", *(("--streams", "16", "32") if given.full else ()))
    failed |= _python("benches.export")
    try:
        failed |= _store(FULL if given.full else SHORT, keep=given.keep)
    except CannotStart as error:
        raise SystemExit(str(error)) from None
    _summary(began)
    return 1 if failed else 0


def _python(module: str, *options: str) -> int:
    command = [sys.executable, "-m", module, *options]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def _store(sizes: tuple[Size, ...], *, keep: bool) -> int:
    failed = 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    _forget_times()
    with office.opened(keep=keep) as portal:
        for size in sizes:
            for bench in size.benches:
                failed |= portal.run(bench, size.rows, str(_TIMES.get(bench, size.purged)))
    _forget_times()
    return failed | _flat() if len(sizes) > 1 else failed


def _forget_times() -> None:
    """What the benches of one size leave for the next to compare with."""
    for path in _TIMES.values():
        path.unlink(missing_ok=True)


def _flat() -> int:
    """Whether a purge costs the same with ten times the rows."""
    told = {size: FOLDER / f"purge-{size}.json" for size in ("1e6", "1e7")}
    if not all(path.exists() for path in told.values()):
        return 1
    facts = {size: json.loads(path.read_text()) for size, path in told.items()}
    return Result(
        "purge-flat-1e7",
        "ms/segment",
        facts["1e7"]["ours"],
        facts["1e6"]["ours"],
        "purge-1e6",
        most=MOST_FLAT,
        detail={"load": load()},
    ).write()


def _summary(began: float) -> None:
    """All results of this run, and how long it took."""
    for path in sorted(FOLDER.glob("*.json")):
        if path.stat().st_mtime >= began:
            print(line(json.loads(path.read_text())))  # noqa: T201 - what a bench is for
    print(f"{time.time() - began:.0f} s; {FOLDER}")  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
