"""What the checker says, as a test compares it."""

from __future__ import annotations

from datetime import timedelta

from cctvportal.accounts.access import SYSTEM
from recordings.services import verify
from recordings.services.verify import Level, Report


def look(level: Level = Level.PRESENCE, min_age: timedelta = timedelta(0)) -> Report:
    return verify.check(level=level, min_age=min_age, by=SYSTEM)


def told(report: Report) -> list[tuple[str, str, str]]:
    return [(one.invariant, one.subject, one.sentence) for one in report.violations]
