from __future__ import annotations

from datetime import datetime

from cctvportal.accounts.models import Delegation, User
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
