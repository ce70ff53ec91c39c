"""Refuses to remove anything by a clock that cannot be trusted (design.md 9, recording.md 12)."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max

from cctvportal.audit.models import Entry
from cctvportal.common.clock import now
from recordings.models import Segment

_GRAIN = timedelta(minutes=1)
_lock = threading.Lock()
_last: tuple[datetime, float] | None = None


class ClockDoubtful(Exception):  # noqa: N818 - named for what happened
    """The wall clock jumped; a person has to look before anything expires by it."""


def check() -> None:
    """Raises ClockDoubtful.

    While this process runs, wall time must have moved as the monotonic clock did. At its first
    call the wall clock must not lie before the newest time on record, nor further behind it than
    the setting allows (seven days, so that a long weekend switched off is no alarm).
    """
    global _last  # noqa: PLW0603 - one clock a process
    with _lock:
        wall, steady = now(), time.monotonic()
        if _last is None:
            _check_against_records(wall)
        else:
            moved = (wall - _last[0]) - timedelta(seconds=steady - _last[1])
            if abs(moved) > _GRAIN:
                raise ClockDoubtful(f"Jam komputer melompat {moved.total_seconds():.0f} detik.")
        _last = (wall, steady)


def _check_against_records(wall: datetime) -> None:
    newest = max(
        filter(
            None,
            (
                Entry.objects.aggregate(newest=Max("at"))["newest"],
                Segment.objects.aggregate(newest=Max("ended_at"))["newest"],
            ),
        ),
        default=wall,
    )
    if wall < newest - _GRAIN:
        raise ClockDoubtful("Jam komputer lebih awal daripada catatan terakhir.")
    if wall > newest + timedelta(seconds=settings.CLOCK_JUMP_SECONDS):
        raise ClockDoubtful("Jam komputer jauh melampaui catatan terakhir.")
