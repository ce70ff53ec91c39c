from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from cctvportal.accounts.enums import Role
from cctvportal.accounts.models import AccountChange, Delegation, User
from cctvportal.common.clock import now


def active_delegation(user: User, at: datetime | None = None) -> Delegation | None:
    """The delegation by which `user` may decide at `at` (aware; default now), or None."""
    moment = at or now()
    return (
        Delegation.objects.filter(
            delegate=user,
            principal__is_active=True,
            starts_at__lte=moment,
            ends_at__gt=moment,
            revoked_at=None,
        )
        .order_by("ends_at")
        .first()
    )


def needs_second_person(user: User) -> bool:
    """Whether a password link of `user` waits for an approver (security.md 2 row 26).

    Every role but the applicant's does, and whoever holds a delegation that has not ended, also
    one that only begins later.
    """
    if user.role != Role.APPLICANT:
        return True
    held = Delegation.objects.filter(delegate=user, ends_at__gt=now(), revoked_at=None)
    return held.exists()


def waiting_changes() -> QuerySet[AccountChange]:
    """What was asked for and is not answered yet, oldest first."""
    rows = AccountChange.objects.filter(confirmed_at=None, closed_at=None)
    return rows.select_related("user", "asked_by")
