"""The one wall clock of the Django code, so that a test moves it in one place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

WIB = ZoneInfo("Asia/Jakarta")


def now() -> datetime:
    """The present as an aware UTC time."""
    return datetime.now(UTC)


def ago(seconds: float) -> datetime:
    """The aware UTC time `seconds` before now."""
    return now() - timedelta(seconds=seconds)
