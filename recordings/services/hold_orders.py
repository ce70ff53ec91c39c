"""Holds by hand: an approver orders one, an officer or auditor proposes one (row 22).

Footage that is kept without need is a breach as much as footage that is lost: so each order has a
reason, somebody who looks again, and an end at which it lapses by itself. Letting go earlier takes
two persons. The quota never stops the hold of a request; it stops one by hand, unless the approver
says that they know it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cctvportal.accounts.access import Caller, System, service
from cctvportal.accounts.models import User
from cctvportal.audit.services import record
from cctvportal.common import words
from cctvportal.common.clock import now
from cctvportal.common.errors import Conflict, Refused
from recordings.enums import HoldKind, OrderAct, OrderState
from recordings.models import HoldOrder, OrderStep
from recordings.services import doubts, held, hold_limits, holds
from recordings.services.held import VolumeHeld, Wish


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form asked for. Its `key` becomes the order's: sent twice it is one order."""

    key: UUID
    wish: Wish
    title: str
    reason: str
    reviewer: User


@service("recordings.see_holds")
def look(asked: Asked, *, by: User) -> list[VolumeHeld]:
    """What it would hold, volume by volume, before it is sent. Raises Refused with the field."""
    _check(asked)
    return held.standing(wish=asked.wish, by=by)


@service("recordings.propose_hold")
def propose(asked: Asked, *, by: User) -> HoldOrder:
    """An officer or auditor asks an approver to hold. Nothing is held before that one's yes.

    Raises Refused with the field, Conflict when the same form was sent before.
    """
    _check(asked)
    with transaction.atomic():
        order = _create(asked, OrderState.PROPOSED, by)
        _note(order, OrderAct.PROPOSED, by)
    return order


@service("recordings.order_hold")
def give(asked: Asked, *, knows_quota: bool = False, by: User) -> HoldOrder:
    """An approver orders a hold; the footage is held when this returns.

    Raises Refused with the field, over the quota too unless `knows_quota`; Conflict when the same
    form was sent before.
    """
    _check(asked)
    with transaction.atomic():
        over = _check_quota(asked.wish, knows_quota, by)
        order = _create(asked, OrderState.IN_FORCE, by, over_quota=over)
        _put(order, by)
    return order


@service("recordings.order_hold")
def accept(order: HoldOrder, *, knows_quota: bool = False, by: User) -> HoldOrder:
    """An approver says yes to a proposal. Raises Refused as `give` does, Conflict when answered."""
    with transaction.atomic():
        row = _locked(order, OrderState.PROPOSED)
        wish = held.wish_of(row)
        hold_limits.check_wish(wish)
        row.over_quota = _check_quota(wish, knows_quota, by)
        row.state, row.ordered_by, row.ordered_at = OrderState.IN_FORCE, by, now()
        row.save()
        _put(row, by)
    return row


@service("recordings.order_hold")
def decline(order: HoldOrder, *, reason: str, by: User) -> HoldOrder:
    """An approver says no to a proposal. Raises Refused without a reason, Conflict."""
    why = hold_limits.check_reason(reason)
    with transaction.atomic():
        row = _locked(order, OrderState.PROPOSED)
        row.state, row.ended_at = OrderState.DECLINED, now()
        row.save(update_fields=["state", "ended_at"])
        _note(row, OrderAct.DECLINED, by, why)
    return row


@service("recordings.order_hold")
def prolong(
    order: HoldOrder, *, until: datetime, reviewer: User, reason: str, by: User
) -> HoldOrder:
    """Moves the end onward, with who looks again then; a release that was asked for is off.

    `until` is aware. Raises Refused with the field, Conflict when the order has ended.
    """
    why = hold_limits.check_reason(reason)
    hold_limits.check_reviewer(reviewer)
    hold_limits.check_until(until)
    with transaction.atomic():
        row = _locked(order, OrderState.IN_FORCE)
        if until <= row.until:
            raise Refused(
                _("Pilih tanggal sesudah %s. Untuk mengakhiri lebih awal, minta pelepasan.")
                % words.date(row.until),
                "until",
            )
        row.until, row.reviewer, row.release_asked_by = until, reviewer, None
        row.save(update_fields=["until", "reviewer", "release_asked_by"])
        _note(row, OrderAct.PROLONGED, by, why)
    return row


@service("recordings.order_hold")
def ask_release(order: HoldOrder, *, reason: str, by: User) -> HoldOrder:
    """An approver wants to let go before the end; it waits for a second person.

    Raises Refused without a reason, Conflict when it was asked for already.
    """
    why = hold_limits.check_reason(reason)
    with transaction.atomic():
        row = _locked(order, OrderState.IN_FORCE)
        if row.release_asked_by is not None:
            raise Conflict(_("Pelepasan sudah diminta oleh %s.") % row.release_asked_by.name)
        row.release_asked_by = by
        row.save(update_fields=["release_asked_by"])
        _note(row, OrderAct.RELEASE_ASKED, by, why)
    return row


@service("recordings.agree_release")
def agree_release(order: HoldOrder, *, by: User) -> HoldOrder:
    """The second person, another approver or the reviewer, lets go too: now it is let go.

    What is past its term goes at the next purge, not here. Raises Conflict when nobody asks for it
    any more.
    """
    with transaction.atomic():
        row = _asked_to_release(order, by)
        row.state, row.released_by, row.ended_at = OrderState.RELEASED, by, now()
        row.save(update_fields=["state", "released_by", "ended_at"])
        _let_go(row, OrderAct.RELEASED, by)
    return row


@service("recordings.agree_release")
def keep(order: HoldOrder, *, reason: str, by: User) -> HoldOrder:
    """The second person says no: it stays held. Raises Refused without a reason, Conflict."""
    why = hold_limits.check_reason(reason)
    with transaction.atomic():
        row = _asked_to_release(order, by)
        row.release_asked_by = None
        row.save(update_fields=["release_asked_by"])
        _note(row, OrderAct.RELEASE_DECLINED, by, why)
    return row


@service("recordings.run")
def lapse_due(*, by: System) -> int:
    """Ends each order whose time is over; returns how many. Deletes nothing.

    None while clock or database are in doubt: an order that has ended never holds again.

    By itself, because what nobody looked at again is kept without a ground: UU 27/2022, articles 42
    to 44, ends the processing with its purpose. The reviewer was reminded. What is past its term
    goes at the next purge, which asks by itself when that is unusually much.
    """
    due = HoldOrder.objects.filter(state=OrderState.IN_FORCE, until__lte=now())
    ended = 0
    for pk in list(due.values_list("pk", flat=True)):
        with transaction.atomic():
            row = HoldOrder.objects.select_for_update().get(pk=pk)
            if row.state != OrderState.IN_FORCE or row.until > now() or doubts.standing():
                continue
            row.state, row.ended_at = OrderState.LAPSED, now()
            row.save(update_fields=["state", "ended_at"])
            _let_go(row, OrderAct.LAPSED, by)
            ended += 1
    return ended


def _check(asked: Asked) -> None:
    hold_limits.check_title(asked.title)
    hold_limits.check_reason(asked.reason)
    hold_limits.check_wish(asked.wish)
    hold_limits.check_reviewer(asked.reviewer)


def _check_quota(wish: Wish, knows: bool, by: User) -> bool:  # noqa: FBT001 - passed on as it came
    return hold_limits.check_quota(held.standing(wish=wish, by=by), knows=knows)


def _create(asked: Asked, state: OrderState, by: User, *, over_quota: bool = False) -> HoldOrder:
    moment = now()
    given = state == OrderState.IN_FORCE
    try:
        with transaction.atomic():
            order = HoldOrder.objects.create(
                pk=asked.key,
                state=state,
                title=asked.title.strip(),
                reason=asked.reason.strip(),
                starts_at=asked.wish.start,
                ends_at=asked.wish.end,
                until=asked.wish.until,
                reviewer=asked.reviewer,
                asked_by=by,
                asked_at=moment,
                ordered_by=by if given else None,
                ordered_at=moment if given else None,
                over_quota=over_quota,
            )
    except IntegrityError:
        raise Conflict(_("Penahanan ini sudah Anda kirim. Lihat di daftar penahanan.")) from None
    order.cameras.set(asked.wish.camera_ids)
    return order


def _put(order: HoldOrder, by: User) -> None:
    wish = held.wish_of(order)
    holds.place(
        camera_ids=wish.camera_ids,
        start=wish.start,
        end=wish.end,
        kind=HoldKind.MANUAL,
        reference=str(order.pk),
        order=order,
        by=by,
    )
    _note(order, OrderAct.ORDERED, by)


def _let_go(order: HoldOrder, act: OrderAct, by: Caller) -> None:
    holds.release(reference=str(order.pk), kind=HoldKind.MANUAL, by=by)
    _note(order, act, by)


def _locked(order: HoldOrder, state: OrderState) -> HoldOrder:
    row = HoldOrder.objects.select_for_update().get(pk=order.pk)
    if row.state != state:
        raise Conflict(
            _("Keadaan penahanan ini sudah lain: %s. Tidak ada yang berubah.")
            % str(OrderState(row.state).label).lower()
        )
    return row


def _asked_to_release(order: HoldOrder, by: User) -> HoldOrder:
    row = _locked(order, OrderState.IN_FORCE)
    if row.release_asked_by_id is None:
        raise Conflict(_("Pelepasan penahanan ini tidak sedang diminta."))
    if row.release_asked_by_id == by.pk:
        raise Refused(_("Pelepasan disetujui oleh orang lain daripada yang memintanya."))
    return row


def _note(order: HoldOrder, act: OrderAct, by: Caller, reason: str = "") -> None:
    """A line of the order's history, and of the access book."""
    OrderStep.objects.create(
        order=order, act=act, by_id=by.pk, at=now(), until=order.until, reason=reason
    )
    facts = {
        "cameras": sorted(order.cameras.values_list("pk", flat=True)),
        "start": order.starts_at.isoformat(),
        "end": order.ends_at.isoformat(),
        "until": order.until.isoformat(),
        "reviewer": order.reviewer_id,
        "over_quota": order.over_quota,
    }
    persons = {"title": order.title, "reason": reason or order.reason}
    # Each camera's own hold is told as "hold.released".
    word = "let_go" if act == OrderAct.RELEASED else act.value.lower()
    record(f"hold.{word}", by=by, subject=order, facts=facts, persons=persons)
