"""Orders to hold, as the tests of several modules need them."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from django.db import transaction

from cctvportal.accounts.models import User
from cctvportal.common.clock import now
from recordings.enums import HoldKind
from recordings.models import Hold, HoldOrder, RecordingPlan, Segment
from recordings.services import hold_orders
from recordings.services.held import Wish
from recordings.services.hold_orders import Asked
from tests.factories import accounts
from tests.factories.recordings import stored_segment

REASON = "Barang hilang di tempat parkir, dilaporkan ke polisi"


def nearly_over(plan: RecordingPlan) -> list[Segment]:
    """Four minutes of two hours ago, of 1,000 bytes each, that are kept for another hour."""
    start, ends = now() - timedelta(hours=2), now() + timedelta(hours=1)
    body = b"x" * 1000
    return [
        stored_segment(
            plan.camera, plan.volume, start + timedelta(minutes=n), expires_at=ends, body=body
        )
        for n in range(4)
    ]


def end_terms() -> None:
    """The hour is over."""
    Segment.objects.update(expires_at=now())


def middle_of(segments: list[Segment], reviewer: User) -> Asked:
    """The second and third minute, for thirty days."""
    start, end = segments[1].started_at, segments[2].ended_at
    assert start is not None
    assert end is not None
    wish = Wish((segments[0].camera_id,), start, end, now() + timedelta(days=30))
    return Asked(uuid4(), wish, "Kehilangan di parkir", REASON, reviewer)


def at_its_end(order: HoldOrder) -> HoldOrder:
    """The same order as one that was given long ago and whose time has come by now."""
    with transaction.atomic():
        fields = dict.fromkeys(("asked_at", "ordered_at"), now() - timedelta(days=40))
        fresh = HoldOrder.objects.create(
            **{
                **{one.attname: getattr(order, one.attname) for one in HoldOrder._meta.fields},
                **fields,
                "id": uuid4(),
                "until": now() - timedelta(seconds=1),
            }
        )
        fresh.cameras.set(order.cameras.all())
        for hold in order.holds.all():
            Hold.objects.create(
                camera=hold.camera,
                starts_at=hold.starts_at,
                ends_at=hold.ends_at,
                kind=HoldKind.MANUAL,
                reference=str(fresh.pk),
                order=fresh,
                placed_at=now(),
            )
    return fresh


def let_go(order: HoldOrder, head: User) -> None:
    hold_orders.ask_release(order, reason="Perkara selesai di kepolisian", by=head)
    hold_orders.agree_release(order, by=accounts.approver())
