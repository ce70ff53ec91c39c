"""How much is held, and what that does to a volume."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cctvportal.accounts.models import User
from cctvportal.common.clock import now
from recordings.enums import HoldKind
from recordings.models import Segment
from recordings.services import held, hold_orders, holds, outlook
from recordings.services.hold_orders import Asked
from tests.factories import accounts
from tests.recordings.services.ordering import end_terms

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data_dir")]


def test_held_bytes_are_counted_once_and_what_only_this_hold_keeps_is_told(
    asked: Asked, segments: list[Segment], head: User
) -> None:
    order = hold_orders.give(asked, by=head)
    (one,) = held.standing(wish=asked.wish, by=head)
    assert (one.held, one.more) == (2000, 0)
    mine = order.holds.all()
    assert held.only_held_by(mine, by=head) == 0, "its term would keep it as well"
    end_terms()
    assert held.only_held_by(mine, by=head) == 2000
    first = segments[0].started_at
    assert first is not None
    holds.place(
        camera_ids=asked.wish.camera_ids,
        start=first,
        end=asked.wish.start + timedelta(seconds=30),
        kind=HoldKind.REQUEST,
        reference="permohonan",
        by=accounts.officer(),
    )
    (one,) = held.standing(by=head)
    assert one.held == 3000
    assert held.only_held_by(mine, by=head) == 1000


def test_forecast_counts_a_hold_by_hand_until_its_end(asked: Asked, head: User) -> None:
    soon = replace(asked, wish=replace(asked.wish, until=now() + timedelta(days=3, hours=1)))
    order = hold_orders.give(soon, by=head)
    volume = order.holds.get().camera.plan.volume
    assert outlook.held_after(volume, days=5, by=head) == [2000, 2000, 2000, 0, 0]


def test_a_volume_is_full_sooner_with_a_wish(
    asked: Asked, segments: list[Segment], head: User
) -> None:
    standing = held.standing(wish=asked.wish, by=head)
    tight = [replace(one, free=4 * 1000) for one in standing]
    (full,) = outlook.full(tight, wish=asked.wish, by=head)
    assert full.days_with_wish is not None
    assert full.days is None or full.days_with_wish <= full.days
