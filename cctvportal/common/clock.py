"""The one wall clock of the Django code, so that a test moves it in one place."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from cctvportal.common.crash import FAULTS

WIB = ZoneInfo("Asia/Jakarta")
SHIFT: Final = "PORTAL_CLOCK_SHIFT"  # seconds, for the processes that a test starts


def _shift_of_environment() -> timedelta:
    if os.environ.get(FAULTS) != "1":
        return timedelta()
    return timedelta(seconds=float(os.environ.get(SHIFT, "0")))


_shift = _shift_of_environment()


def now() -> datetime:
    """The present as an aware UTC time."""
    return datetime.now(UTC) + _shift


def ago(seconds: float) -> datetime:
    """The aware UTC time `seconds` before now."""
    return now() - timedelta(seconds=seconds)


@contextmanager
def shifted(by: timedelta) -> Iterator[None]:
    """For tests: a clock of this process that went wrong by so much; within another, by both.

    Monotonic time goes on as it was, as with a computer whose clock somebody set. A child process
    does the same by PORTAL_CLOCK_SHIFT (seconds), where PORTAL_FAULTS=1.
    """
    global _shift  # noqa: PLW0603 - the clock is one for the process
    before = _shift
    _shift = before + by
    try:
        yield
    finally:
        _shift = before
