"""Waiting for what a killed process still holds in the server, as the next beat would."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

from recordings.services.erase import GateClosed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.store import Fates

T = TypeVar("T")


def of(fates: Fates) -> float:
    """Seconds; a work that a lasting fault befalls is to give up soon."""
    return float(fates.facts.get("patience", 20.0))


def passed_gate(passage: Callable[[], T], fates: Fates) -> T:
    """The gate's lock ends with its connection, which the server notices in its own time."""
    until = time.monotonic() + of(fates)
    while True:
        try:
            return passage()
        except GateClosed:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
