"""Holds by hand: who may, with what, until when; and two persons to let go."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from cctvportal.accounts.access import SYSTEM, NotAllowed
from cctvportal.accounts.models import User
from cctvportal.audit.models import Entry
from cctvportal.common import clock
from cctvportal.common.clock import now
from cctvportal.common.errors import Conflict, Refused
from recordings.enums import HoldKind, OrderState
from recordings.models import Hold, HoldOrder, Segment
from recordings.services import expiry, hold_orders, holds
from recordings.services.erase import GateClosed
from recordings.services.hold_orders import Asked
from tests.factories import accounts
from tests.recordings.services.ordering import REASON, at_its_end, end_terms, let_go

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data_dir")]


def states(segments: list[Segment]) -> list[str]:
    return [Segment.objects.get(pk=one.pk).state for one in segments]


def test_what_is_ordered_stays_and_the_rest_expires(
    asked: Asked, segments: list[Segment], head: User
) -> None:
    order = hold_orders.give(asked, by=head)
    end_terms()
    expiry.purge_expired(by=SYSTEM)
    assert states(segments) == ["PURGED", "READY", "READY", "PURGED"]
    entry = Entry.objects.get(action="hold.ordered")
    assert (entry.subject_id, entry.actor_id) == (str(order.pk), head.pk)
    assert REASON not in str(entry.facts)


def test_a_form_that_is_sent_twice_is_one_order(asked: Asked, head: User) -> None:
    hold_orders.give(asked, by=head)
    with pytest.raises(Conflict, match="sudah Anda kirim"):
        hold_orders.give(asked, by=head)
    assert HoldOrder.objects.count() == Hold.objects.count() == 1


def test_a_proposal_holds_nothing_until_an_approver_says_yes(
    asked: Asked, segments: list[Segment], head: User
) -> None:
    order = hold_orders.propose(asked, by=accounts.officer())
    assert not Hold.objects.exists()
    order = hold_orders.accept(order, by=head)
    assert (order.state, order.ordered_by) == (OrderState.IN_FORCE, head)
    assert Hold.objects.filter(order=order, released_at=None).count() == 1
    with pytest.raises(Conflict, match="ditahan"):
        hold_orders.decline(order, reason="Tidak lagi diperlukan", by=head)


def test_a_declined_proposal_says_why(asked: Asked, head: User) -> None:
    order = hold_orders.propose(asked, by=accounts.auditor())
    with pytest.raises(Refused, match="satu kalimat"):
        hold_orders.decline(order, reason="tidak", by=head)
    order = hold_orders.decline(order, reason="Sudah ada ekspor untuk ini", by=head)
    assert order.state == OrderState.DECLINED
    assert order.steps.last().reason == "Sudah ada ekspor untuk ini"  # type: ignore[union-attr] # there is one
    assert not Hold.objects.exists()


def test_only_an_approver_orders_and_only_officer_and_auditor_propose(asked: Asked) -> None:
    for person in (
        accounts.officer(),
        accounts.auditor(),
        accounts.applicant(),
        accounts.delegate(),
    ):
        with pytest.raises(NotAllowed):
            hold_orders.give(asked, by=person)
    for person in (accounts.applicant(), accounts.it_admin(), accounts.delegate()):
        with pytest.raises(NotAllowed):
            hold_orders.propose(asked, by=person)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": "  "}, "title"),
        ({"reason": "perlu"}, "reason"),
        ({"camera_ids": ()}, "cameras"),
        ({"camera_ids": tuple(range(9))}, "cameras"),
        ({"days": 8}, "end"),
        ({"days": -1}, "end"),
        ({"shift": timedelta(days=9)}, "end"),
        ({"shift": timedelta(days=-9)}, "start"),
        ({"until": timedelta(seconds=-1)}, "until"),
        ({"until": timedelta(days=181)}, "until"),
    ],
)
def test_each_wrong_answer_is_named_at_its_field(
    asked: Asked, head: User, change: dict[str, Any], field: str
) -> None:
    wish = asked.wish
    if "days" in change:
        wish = replace(wish, end=wish.start + timedelta(days=change["days"]))
    if "shift" in change:
        wish = replace(wish, start=wish.start + change["shift"], end=wish.end + change["shift"])
    if "until" in change:
        wish = replace(wish, until=now() + change["until"])
    wish = replace(wish, camera_ids=change.get("camera_ids", wish.camera_ids))
    words = {name: change[name] for name in ("title", "reason") if name in change}
    with pytest.raises(Refused) as refusal:
        hold_orders.give(replace(asked, wish=wish, **words), by=head)
    assert refusal.value.field == field
    assert not HoldOrder.objects.exists()


def test_what_is_past_its_term_is_no_footage_to_order(asked: Asked, head: User) -> None:
    proposal = hold_orders.propose(asked, by=accounts.officer())
    end_terms()
    with pytest.raises(Refused, match="Tidak ada rekaman"):
        hold_orders.give(asked, by=head)
    with pytest.raises(Refused, match="Tidak ada rekaman"):
        hold_orders.accept(proposal, by=head)
    assert not Hold.objects.exists()


def test_a_reviewer_is_somebody_who_can_see_the_hold(asked: Asked, head: User) -> None:
    with pytest.raises(Refused) as refusal:
        hold_orders.give(replace(asked, reviewer=accounts.applicant()), by=head)
    assert refusal.value.field == "reviewer"


def test_prolonging_says_why_and_only_moves_onward(asked: Asked, head: User) -> None:
    order, officer = hold_orders.give(asked, by=head), accounts.officer()
    later = order.until + timedelta(days=30)
    order = hold_orders.prolong(
        order, until=later, reviewer=officer, reason="Sidang belum selesai", by=head
    )
    assert (order.until, order.reviewer) == (later, officer)
    with pytest.raises(Refused) as refusal:
        hold_orders.prolong(
            order, until=later, reviewer=officer, reason="Sidang belum selesai", by=head
        )
    assert refusal.value.field == "until"


@pytest.mark.parametrize("gate_has_looked", [True, False])
def test_a_wrong_clock_ends_no_hold(
    asked: Asked,
    segments: list[Segment],
    head: User,
    gate_has_looked: bool,  # noqa: FBT001 - a case
) -> None:
    order = hold_orders.give(asked, by=head)
    expiry.purge_expired(by=SYSTEM)
    with clock.shifted(timedelta(days=400)):
        if gate_has_looked:
            with pytest.raises(GateClosed):
                expiry.purge_expired(by=SYSTEM)
        assert hold_orders.lapse_due(by=SYSTEM) == 0
    order.refresh_from_db()
    assert order.state == OrderState.IN_FORCE
    assert Hold.objects.filter(order=order, released_at=None).exists()


def test_it_lapses_at_its_end_and_the_next_purge_takes_what_is_past_its_term(
    asked: Asked, segments: list[Segment], head: User
) -> None:
    order = hold_orders.give(asked, by=head)
    end_terms()
    assert hold_orders.lapse_due(by=SYSTEM) == 0
    ended = at_its_end(order)
    let_go(order, head)
    assert hold_orders.lapse_due(by=SYSTEM) == 1
    ended.refresh_from_db()
    assert ended.state == OrderState.LAPSED
    assert states(segments) == ["READY"] * 4
    assert Entry.objects.filter(action="hold.lapsed", subject_id=str(ended.pk)).exists()
    expiry.purge_expired(by=SYSTEM)
    assert states(segments) == ["PURGED"] * 4


def test_letting_go_early_takes_two_persons(
    asked: Asked, segments: list[Segment], head: User
) -> None:
    order = hold_orders.give(asked, by=head)
    with pytest.raises(Conflict, match="tidak sedang diminta"):
        hold_orders.agree_release(order, by=accounts.approver())
    order = hold_orders.ask_release(order, reason="Perkara selesai di kepolisian", by=head)
    for person in (head, accounts.officer()):
        with pytest.raises(NotAllowed):
            hold_orders.agree_release(order, by=person)
    assert Hold.objects.filter(released_at=None).count() == 1
    order = hold_orders.agree_release(order, by=accounts.approver())
    assert order.state == OrderState.RELEASED
    assert not Hold.objects.filter(released_at=None).exists()
    assert states(segments) == ["READY"] * 4, "nothing goes before the next purge"


def test_the_reviewer_may_be_the_second_person_and_may_say_no(asked: Asked, head: User) -> None:
    officer = accounts.officer()
    order = hold_orders.give(replace(asked, reviewer=officer), by=head)
    order = hold_orders.ask_release(order, reason="Perkara selesai di kepolisian", by=head)
    order = hold_orders.keep(order, reason="Polisi belum mengambil rekaman", by=officer)
    assert (order.state, order.release_asked_by) == (OrderState.IN_FORCE, None)
    order = hold_orders.ask_release(order, reason="Sudah diambil kemarin", by=head)
    assert hold_orders.agree_release(order, by=officer).state == OrderState.RELEASED
    acts = [step.act for step in order.steps.all()]
    assert acts == ["ORDERED", "ASKED", "KEPT", "ASKED", "RELEASED"]


def test_over_the_quota_by_hand_needs_the_approvers_own_yes(
    asked: Asked, head: User, settings: Settings
) -> None:
    settings.HOLD_QUOTA_PERCENT = 0
    with pytest.raises(Refused) as refusal:
        hold_orders.give(asked, by=head)
    assert refusal.value.field == "knows_quota"
    order = hold_orders.give(asked, knows_quota=True, by=head)
    assert order.over_quota
    holds.place(
        camera_ids=asked.wish.camera_ids,
        start=asked.wish.start,
        end=asked.wish.end,
        kind=HoldKind.REQUEST,
        reference="permohonan",
        by=accounts.officer(),
    )
