"""What the database refuses of holds by hand, whatever code asks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from cctvportal.accounts.access import SYSTEM
from cctvportal.accounts.models import User
from cctvportal.common.clock import now
from recordings.enums import HoldKind, OrderAct, PurgeKind, SegmentState
from recordings.models import Hold, HoldOrder, OrderStep, PurgeRun, Segment
from recordings.services import erase, hold_orders, holds
from recordings.services.hold_orders import Asked
from tests.factories import accounts
from tests.recordings.services.ordering import let_go

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data_dir")]


def refused() -> Any:
    return pytest.raises(DatabaseError)


def test_a_hold_by_hand_without_an_order_in_force(asked: Asked) -> None:
    order = hold_orders.propose(asked, by=accounts.officer())
    for given in (None, order):
        with refused(), transaction.atomic():
            Hold.objects.create(
                camera_id=asked.wish.camera_ids[0],
                starts_at=asked.wish.start,
                ends_at=asked.wish.end,
                kind=HoldKind.MANUAL,
                reference="x",
                order=given,
                placed_at=now(),
            )


@pytest.mark.parametrize(
    "change",
    [
        {"reason": ""},
        {"title": ""},
        {"reviewer": None},
        {"until": None},
        {"until": datetime.fromisoformat("2020-01-01T00:00+00:00")},
        {"ends_at": datetime.fromisoformat("2020-01-01T00:00+00:00")},
        {"state": "LAPSED"},
        {"ordered_by": None},
    ],
)
def test_an_order_without_reason_reviewer_or_end(
    asked: Asked, head: User, change: dict[str, Any]
) -> None:
    facts = {
        "state": "IN_FORCE",
        "title": "x",
        "reason": "x",
        "starts_at": asked.wish.start,
        "ends_at": asked.wish.end,
        "until": asked.wish.until,
        "reviewer": head,
        "asked_by": head,
        "asked_at": now(),
        "ordered_by": head,
        "ordered_at": now(),
    }
    with refused(), transaction.atomic():
        HoldOrder.objects.create(**{**facts, **change})


def test_changing_or_shortening_an_order_and_any_change_of_an_ended_one(
    asked: Asked, head: User
) -> None:
    order = hold_orders.give(asked, by=head)
    mine = HoldOrder.objects.filter(pk=order.pk)
    earlier = {"until": order.until - timedelta(days=1)}
    for change in (earlier, {"reason": "lain"}, {"starts_at": now() - timedelta(days=9)}):
        with refused(), transaction.atomic():
            mine.update(**change)
    with refused(), transaction.atomic():
        mine.update(state="RELEASED", ended_at=now(), released_by=head, release_asked_by=head)
    let_go(order, head)
    with refused(), transaction.atomic():
        mine.update(until=order.until + timedelta(days=1))
    with refused(), transaction.atomic():
        mine.delete()


def test_releasing_the_holds_of_an_order_in_force(asked: Asked, head: User) -> None:
    order = hold_orders.give(asked, by=head)
    with refused(), transaction.atomic():
        holds.release(reference=str(order.pk), kind=HoldKind.MANUAL, by=SYSTEM)
    let_go(order, head)
    with refused(), transaction.atomic():
        Hold.objects.update(released_at=None)


def test_rewriting_the_history(asked: Asked, head: User) -> None:
    order = hold_orders.give(asked, by=head)
    with refused(), transaction.atomic():
        order.steps.update(reason="lain")
    with refused(), transaction.atomic():
        OrderStep.objects.create(order=order, act=OrderAct.PROLONGED, at=now(), until=order.until)


def test_dooming_what_an_order_holds(asked: Asked, segments: list[Segment], head: User) -> None:
    hold_orders.give(asked, by=head)
    run = PurgeRun.objects.create(kind=PurgeKind.EXPIRY, started_at=now())
    with refused(), transaction.atomic():
        Segment.objects.filter(pk=segments[1].pk).update(
            state=SegmentState.DOOMED, doomed_at=now(), purge_run=run
        )
    assert erase.doom(run, Segment.objects.filter(pk=segments[0].pk), by=SYSTEM) == 1
