"""Footage that should be gone and is not: past its term, half removed, or waiting for a person."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db.models import Count, Min

from cctvportal.accounts.access import SYSTEM
from recordings.enums import AlarmKind, SegmentState
from recordings.models import Segment
from recordings.services import expiry, leaving
from recordings.services.watching.found import Found, Look

# Expiry may lag this much (issue 4): four passages of the purge.
_LATE: Final = timedelta(hours=1)
_STUCK: Final = timedelta(minutes=10)


def late(look: Look) -> list[Found]:
    """The oldest footage past its term that no hold keeps, when that was over an hour ago."""
    oldest = leaving.oldest_past_term()
    over = look.moment - oldest.expires_at if oldest else timedelta(0)
    look.noted["late_seconds"] = max(0, int(over.total_seconds()))
    if over <= _LATE:
        return []
    return [Found(AlarmKind.LATE_EXPIRY, facts={"late_seconds": look.noted["late_seconds"]})]


def doomed(look: Look) -> list[Found]:
    """Segments that the gate began to remove and did not finish within ten minutes."""
    rows = Segment.objects.filter(state=SegmentState.DOOMED)
    seen = rows.aggregate(count=Count("pk"), since=Min("doomed_at"))
    age = look.moment - seen["since"] if seen["since"] else timedelta(0)
    look.noted["doomed"] = seen["count"]
    look.noted["doomed_seconds"] = max(0, int(age.total_seconds()))
    if age <= _STUCK:
        return []
    facts = {"count": seen["count"], "since_at": seen["since"].isoformat()}
    return [Found(AlarmKind.DOOMED_STUCK, facts=facts)]


def stopped(look: Look) -> list[Found]:
    """Expiry waits for a person: too much at once, or a clock that cannot be trusted."""
    del look
    reasons = expiry.why_halted(by=SYSTEM)
    return [Found(AlarmKind.PURGE_STOPPED, facts={"detail": " ".join(reasons)})] if reasons else []
