"""Whether the database can be reached, since when, and from when to when it could not."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from cctvportal.common.clock import now
from recordings.services import leases

# Shorter is a restart that nobody needs to know of.
_WORTH_TELLING: Final = 3.0


def since_boot() -> float:
    """Seconds; unlike monotonic time they go on while the machine is suspended."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


@dataclass(frozen=True, slots=True)
class Outage:
    """Aware times."""

    start: datetime
    end: datetime


@dataclass(slots=True)
class Contact:
    """Told of each try by the ledger. A new one has not reached anything yet."""

    _since: float = 0.0
    _last: float = field(default=float("-inf"))
    _lost_at: datetime | None = None
    _lost: float = 0.0

    @property
    def steady(self) -> bool:
        """In touch for so long that others, too, had time to renew what they hold."""
        return self._unbroken(since_boot()) and self._last - self._since > _patience()

    def reached(self) -> Outage | None:
        """The outage that this ends, if it is worth telling."""
        moment = since_boot()
        if not self._unbroken(moment):
            self._since = moment
        self._last = moment
        lost_at, self._lost_at = self._lost_at, None
        if lost_at is None:
            return None
        self._since = moment
        return Outage(lost_at, now()) if moment - self._lost > _WORTH_TELLING else None

    def missed(self) -> None:
        if self._lost_at is None:
            self._lost_at, self._lost = now(), since_boot()

    def _unbroken(self, moment: float) -> bool:
        """A try that took very long, or a process that was stopped, was out of touch as well."""
        return moment - self._last < _patience()


def _patience() -> float:
    return leases.lease_seconds() / 2
