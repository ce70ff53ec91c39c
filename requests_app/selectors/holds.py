"""What is held, for what and until when; and which holds wait for a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from cctvportal.accounts.access import NotAllowed, allows, require
from cctvportal.accounts.models import User
from cctvportal.common.clock import now
from recordings.enums import HoldKind, OrderState
from recordings.models import Export, Hold, HoldOrder
from recordings.services import held
from requests_app.models import AccessRequest

_PEOPLE = ("reviewer", "asked_by", "ordered_by", "release_asked_by", "released_by")


@dataclass(frozen=True, slots=True)
class Kept:
    """Everything that one request, export or order holds. `bytes` counts a shared segment too.

    `request` is the one that it is for, `order` the one by hand; neither for what is unknown here.
    """

    kind: HoldKind
    cameras: tuple[str, ...]
    start: datetime
    end: datetime
    since: datetime
    bytes: int
    request: AccessRequest | None
    order: HoldOrder | None


def in_force() -> list[Kept]:
    """What is held just now, the latest first."""
    groups: dict[tuple[str, str], list[Hold]] = defaultdict(list)
    active = Hold.objects.filter(released_at=None).select_related("camera", "order__reviewer")
    for hold in active.order_by("camera__name"):
        groups[hold.kind, hold.reference].append(hold)
    requests = _requests(groups)
    found = [_kept(rows, requests.get(reference)) for (_kind, reference), rows in groups.items()]
    return sorted(found, key=lambda one: one.since, reverse=True)


def _kept(rows: list[Hold], request: AccessRequest | None) -> Kept:
    touched = held.merged((row.camera_id, row.starts_at, row.ends_at) for row in rows)
    return Kept(
        kind=HoldKind(rows[0].kind),
        cameras=tuple(row.camera.name for row in rows),
        start=min(row.starts_at for row in rows),
        end=max(row.ends_at for row in rows),
        since=rows[0].placed_at,
        bytes=held.weigh(touched).total(),
        request=request,
        order=rows[0].order,
    )


def _requests(groups: dict[tuple[str, str], list[Hold]]) -> dict[str, AccessRequest]:
    """The request behind each reference: its own uuid, or that of its export."""
    own = [UUID(ref) for kind, ref in groups if kind == HoldKind.REQUEST and _is_uuid(ref)]
    copies = [UUID(ref) for kind, ref in groups if kind == HoldKind.EXPORT and _is_uuid(ref)]
    people = AccessRequest.objects.select_related("applicant")
    found = {str(row.pk): row for row in people.filter(pk__in=own)}
    exports = Export.objects.select_related("fulfilment__request__applicant")
    tied = exports.filter(pk__in=copies, fulfilment__isnull=False)
    return found | {str(export.pk): export.fulfilment.request for export in tied}


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def order_for(user: User, pk: UUID) -> HoldOrder:
    """The order, if `user` may see holds: the only way by which a view gets one.

    Raises NotAllowed alike for one that is not there.
    """
    row = HoldOrder.objects.select_related(*_PEOPLE).filter(pk=pk).first()
    if row is None:
        raise NotAllowed("recordings.see_holds")
    require("recordings.see_holds", user, row)
    return row


def ended_orders() -> QuerySet[HoldOrder]:
    """Orders that hold nothing any more, the latest first."""
    over = [OrderState.DECLINED, OrderState.RELEASED, OrderState.LAPSED]
    return HoldOrder.objects.filter(state__in=over).order_by("-ended_at")


def proposals() -> QuerySet[HoldOrder]:
    """What waits for an approver's yes or no, the oldest first."""
    waiting = HoldOrder.objects.select_related(*_PEOPLE).filter(state=OrderState.PROPOSED)
    return waiting.order_by("asked_at")


def to_review(user: User) -> QuerySet[HoldOrder]:
    """Orders that end soon and that `user` looks at again, the next end first."""
    soon = now() + timedelta(days=settings.HOLD_REMIND_DAYS[0])
    mine = HoldOrder.objects.select_related(*_PEOPLE).filter(reviewer=user)
    return mine.filter(state=OrderState.IN_FORCE, until__lte=soon).order_by("until")


def to_release(user: User) -> QuerySet[HoldOrder]:
    """Orders whose release waits for `user` as the second person."""
    asked = HoldOrder.objects.select_related(*_PEOPLE).filter(
        state=OrderState.IN_FORCE, release_asked_by__isnull=False
    )
    own = Q() if allows("recordings.order_hold", user) else Q(reviewer=user)
    return asked.filter(own).exclude(release_asked_by=user).order_by("until")


def is_urgent(order: HoldOrder) -> bool:
    """Whether the last reminder before the end is due."""
    return order.until <= now() + timedelta(days=settings.HOLD_REMIND_DAYS[-1])


def waiting_orders(user: User) -> Iterator[HoldOrder]:
    """All that waits for `user`, each order once."""
    mine = [*to_release(user), *to_review(user)]
    if allows("recordings.order_hold", user):
        mine = [*proposals(), *mine]
    yield from {order.pk: order for order in mine}.values()
