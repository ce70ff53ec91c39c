"""The state of one camera that its servers share: accounts, its clock, and planted faults."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass(slots=True)
class Account:
    password: str = field(repr=False)
    level: str = "Administrator"  # tt:UserLevel of the ONVIF core specification


@dataclass(slots=True)
class Condition:
    """Read by the servers at every step, set by tests from any thread.

    No accounts means that the camera asks nobody who he is. `clock_error` is in seconds, positive
    when the camera's clock is fast. `hanging` holds the RTSP methods that get no answer.
    """

    accounts: dict[str, Account] = field(default_factory=dict)
    clock_error: float = 0.0
    stalled: bool = False
    silent: bool = False
    refusing: bool = False
    losing: bool = False
    flooding: bool = False
    dripping: bool = False
    hanging: frozenset[str] = frozenset()

    def heal(self) -> None:
        """End every fault; a clock that jumped stays as it is."""
        self.stalled = self.silent = self.refusing = False
        self.losing = self.flooding = self.dripping = False
        self.hanging = frozenset()

    def clock(self) -> float:
        """Unix time as the camera believes it."""
        return time.time() + self.clock_error

    def password(self, username: str) -> str | None:
        """The password that opens the camera for this name, None if nothing does."""
        account = None if self.refusing else self.accounts.get(username)
        return account.password if account else None
