"""The one checker after each fault: the same that operators run (`manage.py verify_recordings`)."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from cctvportal.accounts.access import SYSTEM
from recordings.services import verify


def verdict(*others: list[str]) -> dict[str, Any]:
    """{"wrong": sentences, "checked": counts} of every invariant, and of the suite's own memory."""
    report = verify.check(level=verify.Level.HASH, min_age=timedelta(0), by=SYSTEM)
    wrong = [f"{one.invariant} {one.subject}: {one.sentence}" for one in report.violations]
    checked = Counter(report.checked)
    checked["store put together again"] += 1
    return {
        "wrong": wrong + [each for sentences in others for each in sentences],
        "checked": checked,
    }
