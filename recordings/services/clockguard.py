"""Refuses to remove anything by a clock that cannot be trusted (design.md 9, recording.md 12).

The last trusted time is kept in `clock.json` of the data folder, with the time since boot that
belongs to it: a process that starts under a wrong clock finds there what the clock said before,
whatever records were written by it meanwhile. A doubt stays until a person has looked.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db.models import Max

from cctvportal.audit.models import Entry
from cctvportal.common.clock import now
from recordings.models import Segment
from recordings.services import marks

# A step that a time service makes is smaller; time asleep counts as time that passed.
_GRAIN: Final = timedelta(minutes=1)
_FILE: Final = "clock.json"
_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


class ClockDoubtful(Exception):  # noqa: N818 - named for what happened
    """The wall clock jumped; a person has to look before anything expires by it."""


@dataclass(frozen=True, slots=True)
class _Mark:
    """A trusted time: the wall clock (ISO), seconds since boot, which boot. `doubt` since then.

    `known`: the newest record (ISO) when a person trusted the clock last. What a wrong clock had
    written into the future by then says nothing of the time any more.
    """

    wall: str
    since_boot: float
    boot: str
    doubt: str = ""
    known: str = ""


def check() -> None:
    """Raises ClockDoubtful, and goes on raising it until `trust`.

    Within one boot the wall time must have moved as the time since boot did, to a minute. After
    another boot it must not lie before the last trusted time or the newest record, nor further
    behind the former than the setting allows (seven days, so that a long weekend switched off is
    no alarm). Without a trusted time the newest record stands for it. Called under the gate's lock.
    """
    try:
        mark = _read()
        sentence = _sentence(mark)
        found = _doubted(mark, sentence) if sentence else _present(mark.known if mark else "")
        marks.write(_FILE, found)
    except OSError as error:
        raise ClockDoubtful(f"Waktu terakhir tidak dapat dicatat ({error.strerror}).") from error
    if sentence:
        raise ClockDoubtful(sentence)


def doubt() -> str:
    """The sentence of a doubt that nobody has settled yet, else empty."""
    mark = _read()
    return mark.doubt if mark else ""


def look() -> str:
    """The sentence of a doubt, standing or new, else empty. Notes nothing: `check` does."""
    return _sentence(_read())


def trust() -> None:
    """A person has looked at the clock: from now on it counts again. Raises OSError."""
    newest = _newest_record()
    marks.write(_FILE, _present(newest.isoformat() if newest else ""))


def _present(known: str = "") -> _Mark:
    return _Mark(now().isoformat(), _since_boot(), _boot(), known=known)


def _doubted(mark: _Mark | None, sentence: str) -> _Mark:
    last = mark or _present()
    return replace(last, doubt=sentence)


def _sentence(mark: _Mark | None) -> str:
    """Of the doubt that stands, else of a new one."""
    return (mark and mark.doubt) or _doubt(mark)


def _doubt(mark: _Mark | None) -> str:
    wall = now()
    if mark is not None and mark.boot == _boot():
        passed = timedelta(seconds=_since_boot() - mark.since_boot)
        moved = wall - datetime.fromisoformat(mark.wall) - passed
        if abs(moved) > _GRAIN:
            return f"Jam komputer melompat {moved.total_seconds():.0f} detik."
        return ""
    newest = _newest_record() or wall
    last = datetime.fromisoformat(mark.wall) if mark else newest
    if mark is not None and mark.known and newest <= datetime.fromisoformat(mark.known):
        newest = last
    if wall < max(newest, last) - _GRAIN:
        return "Jam komputer lebih awal daripada catatan terakhir."
    if wall > last + timedelta(seconds=settings.CLOCK_JUMP_SECONDS):
        return "Jam komputer jauh melampaui catatan terakhir."
    return ""


def _newest_record() -> datetime | None:
    newest = (
        Entry.objects.aggregate(newest=Max("at"))["newest"],
        Segment.objects.aggregate(newest=Max("ended_at"))["newest"],
    )
    return max(filter(None, newest), default=None)


def _since_boot() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def _boot() -> str:
    return _BOOT_ID.read_text().strip()


def _read() -> _Mark | None:
    try:
        return marks.read(_FILE, _Mark)
    except marks.Damaged:
        return _Mark(now().isoformat(), 0, "", "Catatan waktu terakhir rusak.")
