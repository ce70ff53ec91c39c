"""`range-lookup`, `coverage-day`, `nothing-expired` at ten million rows, beside the same at 1e5.

What a page asks must not grow with history: an hour of one camera, a day of three cameras as
the form for a new request shows it, and what a purge asks each time when nothing is due.
"""

from __future__ import annotations

import json
import random
import statistics
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from benches import rows
from benches.report import Result, load
from cctvportal.accounts.access import SYSTEM
from cctvportal.common.clock import now
from devices.models import Camera
from recordings.selectors import coverage, segments_in, torn_in
from recordings.services import erase, remains

_TURNS: Final = 60
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)


def main(size: str, times: str) -> int:
    """Writes this size's medians to the file `times`; with those of 1e5 in it, compares."""
    rows.fill(int(float(size)))
    cameras = list(Camera.objects.values_list("pk", flat=True))
    random.seed(int(float(size)))
    found = {
        "range-lookup": _median(lambda: list(segments_in(_some(cameras, 1), *_within(_HOUR)))),
        "coverage-day": _median(lambda: coverage(_some(cameras, 3), *_within(_DAY)), _TURNS // 4),
        "torn-lookup": _median(lambda: list(torn_in(_some(cameras, 3), *_within(_HOUR)))),
        "nothing-expired": _median(_nothing_due),
    }
    path = Path(times)
    before = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps({**before, size: found}))
    if size == "1e5" or "1e5" not in before:
        return 0
    return max(_compare(name, size, ms, before["1e5"][name]) for name, ms in found.items())


def _compare(name: str, size: str, ours: float, peer: float) -> int:
    return Result(
        name=f"{name}-{size}",
        unit="ms",
        ours=ours,
        peer=peer,
        peer_name="the same at 1e5 rows",
        detail={"turns": _TURNS, "load": load()},
    ).write()


def _nothing_due() -> None:
    erase.expired().filter(~erase.under_hold()).count()
    remains.past_term(by=SYSTEM)


def _some(cameras: list[int], count: int) -> list[int]:
    return random.sample(cameras, count)


def _within(length: timedelta) -> tuple[datetime, datetime]:
    """A range of that length in the month that every size has."""
    start = now() - timedelta(days=random.uniform(3, 20))  # noqa: S311 - as above
    return start, start + length


def _median(act: Callable[[], object], turns: int = _TURNS) -> float:
    """Milliseconds."""
    spans = []
    for _ in range(turns):
        begin = time.perf_counter()
        act()
        spans.append(1000 * (time.perf_counter() - begin))
    return statistics.median(spans)
