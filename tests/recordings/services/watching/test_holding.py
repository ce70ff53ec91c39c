"""Alarms about holds: too much is held, or one by hand comes to its end."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from cctvportal.common.clock import now
from recordings.enums import AlarmKind
from recordings.services import hold_orders
from recordings.services.watching.found import Look
from recordings.services.watching.holding import ending, over_quota
from tests.factories import accounts
from tests.factories.recordings import PlanFactory
from tests.recordings.services.ordering import middle_of, nearly_over

if TYPE_CHECKING:
    from pytest_django import Settings

    from recordings.models import HoldOrder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data_dir")]


def ordered(days: float = 30) -> HoldOrder:
    head = accounts.approver()
    asked = middle_of(nearly_over(PlanFactory()), head)
    wish = replace(asked.wish, until=now() + timedelta(days=days))
    return hold_orders.give(replace(asked, wish=wish), by=head)


def look(*told: tuple[AlarmKind, str]) -> Look:
    return Look(now(), {kind: frozenset({subject}) for kind, subject in told})


def test_more_than_the_quota_is_an_alarm_that_stays_until_there_is_a_margin(
    settings: Settings,
) -> None:
    volume = ordered().holds.get().camera.plan.volume
    assert over_quota(look()) == []
    total = shares(settings, held=2000)
    (found,) = over_quota(look())
    assert (found.kind, found.subject) == (AlarmKind.HOLD_QUOTA, str(volume.pk))
    assert found.facts["held_bytes"] == 2000
    settings.HOLD_QUOTA_PERCENT = 2100 / total * 100
    assert over_quota(look()) == []
    assert len(over_quota(look((AlarmKind.HOLD_QUOTA, str(volume.pk))))) == 1


def shares(settings: Settings, *, held: int) -> float:
    """Sets a quota just below `held` bytes; returns the bytes of the whole disk."""

    room = os.statvfs(settings.PORTAL_DATA_DIR)
    total = float(room.f_blocks * room.f_frsize)
    settings.HOLD_QUOTA_PERCENT = (held - 1) / total * 100
    return total


def test_an_order_that_ends_within_the_last_reminder_is_an_alarm(settings: Settings) -> None:
    ordered(days=10)
    assert ending(look()) == []
    order = ordered(days=2)
    (found,) = ending(look())
    assert (found.kind, found.subject) == (AlarmKind.HOLD_ENDING, str(order.pk))
    settings.HOLD_REMIND_DAYS = [14, 1]
    assert ending(look()) == []
