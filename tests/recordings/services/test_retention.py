"""Nobody shortens a term alone, or without seeing what goes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import InternalError

from cctvportal.accounts.access import SYSTEM, NotAllowed
from cctvportal.audit.models import Entry
from cctvportal.common.clock import now
from cctvportal.common.errors import Conflict, Refused
from cctvportal.jobs.models import Job
from recordings.enums import ChangeState, HoldKind, Purpose
from recordings.models import PolicyChange, RecordingPlan
from recordings.services import holds, retention
from recordings.services.retention import Wish
from tests.factories import accounts
from tests.factories import retention as made
from tests.factories.recordings import PlanFactory, PolicyFactory

if TYPE_CHECKING:
    from collections.abc import Callable

    from cctvportal.accounts.models import User

WEEK = timedelta(days=7)
MONTH = timedelta(days=30)


@pytest.fixture
def stocked(plan: RecordingPlan) -> RecordingPlan:
    """Footage of 29, 20, 10 and 2 days ago under a term of thirty; that of 20 days ago is held."""
    rows = [made.kept(plan, days) for days in (29, 20, 10, 2)]
    start = rows[1].started_at
    assert start is not None
    holds.place(
        camera_ids=[plan.camera_id],
        start=start,
        end=start + timedelta(seconds=1),
        kind=HoldKind.REQUEST,
        reference="permohonan-1",
        by=SYSTEM,
    )
    return plan


def test_asking_changes_nothing_and_shows_what_would_go(
    stocked: RecordingPlan, officer: User
) -> None:
    change = made.shorter(stocked, days=7, by=officer)
    stocked.policy.refresh_from_db()
    assert stocked.policy.keep_for == MONTH
    (seen,) = change.asked_impact["cameras"]
    assert (seen["segments"], seen["held_segments"]) == (2, 1), "29 days: over by then anyway"
    assert change.asked_impact["earlier"] == 3
    entry = Entry.objects.get(action="policy.change_asked")
    assert entry.facts["keep_seconds"] == [30 * 86400, 7 * 86400]


def test_what_would_go_is_told_by_camera_with_its_range_and_bytes(stocked: RecordingPlan) -> None:
    found = retention.expected(Wish.term(stocked.policy, timedelta(days=1), made.BASIS))
    (one,) = found.cameras
    assert one.camera == stocked.camera.name
    assert one.gone.segments == 2
    assert one.gone.bytes > 0
    assert one.gone.start is not None
    assert abs(now() - timedelta(days=10) - one.gone.start) < timedelta(minutes=1)
    assert one.held.segments == 1
    assert abs(found.at - now() - WEEK) < timedelta(minutes=1)


def test_a_longer_term_takes_nothing_and_waits_for_nothing(stocked: RecordingPlan) -> None:
    wish = Wish.term(stocked.policy, timedelta(days=60), made.BASIS)
    found = retention.expected(wish)
    assert not retention.shortens(wish)
    assert (found.earlier, found.later, bool(found.gone)) == (0, 4, False)
    change = made.agreed(retention.ask(wish, reason=made.REASON, by=accounts.officer()))
    assert change.due_at is not None
    assert change.due_at - now() < timedelta(seconds=5)


def test_what_shortens_waits_for_the_delay(stocked: RecordingPlan) -> None:
    change = made.agreed(made.shorter(stocked))
    assert change.state == ChangeState.CONFIRMED
    assert change.due_at is not None
    assert abs(change.due_at - now() - WEEK) < timedelta(seconds=5)
    assert Job.objects.get(pk=str(change.job_id)).not_before == change.due_at


def test_footage_with_an_older_longer_term_counts_too(plan: RecordingPlan) -> None:
    """It was kept under sixty days; the policy says thirty since, and forty-five are asked for."""
    made.kept(plan, 50, expires_at=now() + timedelta(days=10))
    wish = Wish.term(plan.policy, timedelta(days=45), made.BASIS)
    assert retention.shortens(wish)


def test_the_second_person_is_another_one(plan: RecordingPlan) -> None:
    head = accounts.approver()
    change = made.shorter(plan)
    with pytest.raises(IntegrityError), transaction.atomic():
        PolicyChange.objects.filter(pk=change.pk).update(
            confirmed_by=change.asked_by, confirmed_at=now()
        )
    asked_by_head = PolicyChange.objects.create(
        kind="NEW", name="Contoh", purpose="SECURITY", keep_for=WEEK, legal_basis=made.BASIS,
        reason=made.REASON, asked_by=head, asked_at=now(),
    )  # fmt: skip
    with pytest.raises(Refused, match="orang lain"):
        retention.confirm(asked_by_head, by=head)


@pytest.mark.parametrize(
    "person", [accounts.officer, accounts.auditor, accounts.it_admin, accounts.delegate]
)
def test_only_an_approver_agrees(plan: RecordingPlan, person: Callable[[], User]) -> None:
    change = made.shorter(plan)
    with pytest.raises(NotAllowed):
        retention.confirm(change, by=person())


def test_an_approver_does_not_ask(plan: RecordingPlan) -> None:
    with pytest.raises(NotAllowed):
        made.shorter(plan, by=accounts.approver())


def test_agreeing_twice_tells_who_was_first(plan: RecordingPlan) -> None:
    head = accounts.approver(name="Kepala Contoh")
    change = made.agreed(made.shorter(plan), by=head)
    with pytest.raises(Conflict, match="Kepala Contoh"):
        retention.confirm(change, by=accounts.approver())


@pytest.mark.parametrize("person", [accounts.officer, accounts.approver])
def test_it_can_be_cancelled_until_it_is_applied(
    plan: RecordingPlan, person: Callable[[], User]
) -> None:
    change = made.agreed(made.shorter(plan))
    retention.cancel(change, by=person())
    with pytest.raises(Conflict, match="dibatalkan"):
        retention.cancel(change, by=person())
    Job.objects.update(not_before=None)
    again = made.carried_out(made.shorter(plan))
    assert again.state == ChangeState.DONE
    with pytest.raises(Conflict):
        retention.cancel(again, by=person())


def test_one_change_of_a_policy_at_a_time(plan: RecordingPlan) -> None:
    made.shorter(plan)
    with pytest.raises(Conflict, match="belum selesai"):
        made.shorter(plan, days=5)
    other = PolicyFactory()
    for wish in (Wish.move(plan.camera, other), Wish.move(PlanFactory().camera, plan.policy)):
        with pytest.raises(Conflict, match="belum selesai"):
            retention.ask(wish, reason=made.REASON, by=accounts.officer())


def test_a_policy_that_a_camera_moves_to_is_not_changed_meanwhile(plan: RecordingPlan) -> None:
    other = PolicyFactory()
    wish = Wish.move(plan.camera, other)
    retention.ask(wish, reason=made.REASON, by=accounts.officer())
    for policy in (plan.policy, other):
        term = Wish.term(policy, WEEK, made.BASIS)
        with pytest.raises(Conflict):
            retention.ask(term, reason=made.REASON, by=accounts.officer())
    with pytest.raises(Conflict):
        retention.ask(wish, reason=made.REASON, by=accounts.officer())


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"keep_for": timedelta(seconds=59)}, "amount"),
        ({"keep_for": timedelta(days=3661)}, "amount"),
        ({"legal_basis": "perlu"}, "legal_basis"),
        ({"keep_for": MONTH, "legal_basis": "Contoh dasar masa simpan"}, "amount"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(
    plan: RecordingPlan, given: dict[str, Any], field: str
) -> None:
    facts = {"keep_for": WEEK, "legal_basis": made.BASIS, **given}
    with pytest.raises(Refused) as refused:
        retention.ask(Wish.term(plan.policy, **facts), reason=made.REASON, by=accounts.officer())
    assert refused.value.field == field


def test_a_change_without_a_reason_is_refused(plan: RecordingPlan) -> None:
    with pytest.raises(Refused) as refused:
        retention.ask(
            Wish.term(plan.policy, WEEK, made.BASIS), reason="perlu", by=accounts.officer()
        )
    assert refused.value.field == "reason"


def test_a_name_is_taken_once(plan: RecordingPlan) -> None:
    taken = Wish.new(plan.policy.name.upper(), Purpose.SECURITY, WEEK, made.BASIS)
    with pytest.raises(Refused, match="sudah dipakai"):
        retention.ask(taken, reason=made.REASON, by=accounts.officer())
    made.new_policy()
    with pytest.raises(Conflict, match="nama ini"):
        made.new_policy()


def test_what_was_asked_does_not_change_in_the_database(plan: RecordingPlan) -> None:
    change = made.shorter(plan)
    for given in (
        {"keep_for": timedelta(days=1)},
        {"state": "DONE"},
        {"reason": "Lain sama sekali"},
    ):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            PolicyChange.objects.filter(pk=change.pk).update(**given)
