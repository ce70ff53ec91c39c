"""Holds: too much is held on a volume, or one by hand comes to its end."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.conf import settings

from cctvportal.accounts.access import SYSTEM
from recordings.enums import AlarmKind, OrderState
from recordings.models import HoldOrder
from recordings.services import held
from recordings.services.watching.found import Found, Look

# One that was told stays until a tenth of the quota is free again.
_MARGIN: Final = 0.9


def over_quota(look: Look) -> list[Found]:
    """Volumes whose holds keep more than they may; a request's hold is never refused for it."""
    found = []
    for one in held.standing(by=SYSTEM):
        told = look.is_open(AlarmKind.HOLD_QUOTA, str(one.volume.pk))
        if one.quota is not None and one.held > one.quota * (_MARGIN if told else 1):
            facts = {"held_bytes": one.held, "quota_bytes": one.quota}
            found.append(Found(AlarmKind.HOLD_QUOTA, str(one.volume.pk), facts))
    return found


def ending(look: Look) -> list[Found]:
    """Orders in force that end within the last of the days at which their reviewer is reminded."""
    soon = look.moment + timedelta(days=settings.HOLD_REMIND_DAYS[-1])
    rows = HoldOrder.objects.filter(state=OrderState.IN_FORCE, until__lte=soon)
    return [
        Found(AlarmKind.HOLD_ENDING, str(row.pk), {"until_at": row.until.isoformat()})
        for row in rows.order_by("until")
    ]
