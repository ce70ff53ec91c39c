"""Carrying out a change of retention that two persons agreed to.

The policy changes in one step; the terms of the footage that is there follow in portions, each
with its entry in the access book. Every step may be killed and repeated.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from django.db.models import F, Max, Min, Q, QuerySet, Value
from django.db.models.functions import Greatest

from cctvportal.accounts.access import Caller, service
from cctvportal.audit.services import record
from cctvportal.common.clock import now
from cctvportal.jobs.lease import Lease
from cctvportal.jobs.registry import JobWaits
from recordings.enums import ChangeKind, ChangeState, SegmentState
from recordings.models import PolicyChange, RecordingPlan, RetentionPolicy, Segment
from recordings.models.segment import KEPT
from recordings.services import erase

# Some three thousand segments of a minute: who places a hold on one waits for no more than that.
_PORTION: Final = timedelta(days=2)


@service("recordings.run")
def carry_out(change: PolicyChange, *, lease: Lease, by: Caller) -> None:
    """The job. Raises JobWaits while the gate is closed: no term follows a doubtful clock."""
    if not _start(change, lease, by=by):
        return
    change.refresh_from_db()
    for plan in _plans(change):
        for since in _portions(plan):
            _move(change, plan, since, lease, by=by)
    _end(change, lease, by=by)


def _start(change: PolicyChange, lease: Lease, *, by: Caller) -> bool:
    """Changes the policy, or the camera's; False when there is nothing to do any more."""
    try:
        with erase.gate(), lease.transaction():
            locked = PolicyChange.objects.select_for_update().get(pk=change.pk)
            if locked.state == ChangeState.CONFIRMED:
                locked.state = ChangeState.APPLYING
                locked.save(update_fields=["state"])
                _BEGIN[ChangeKind(locked.kind)](locked, by)
            return locked.state == ChangeState.APPLYING
    except erase.GateClosed as closed:
        raise JobWaits(str(closed), seconds=15) from closed


def _make(change: PolicyChange, by: Caller) -> None:
    policy = RetentionPolicy.objects.create(
        name=change.name,
        purpose=change.purpose,
        keep_for=change.keep_for,
        legal_basis=change.legal_basis,
        in_force_since=now(),
    )
    PolicyChange.objects.filter(pk=change.pk).update(policy=policy)
    record("policy.added", by=by, subject=policy, facts=_facts(change, policy))


def _alter(change: PolicyChange, by: Caller) -> None:
    """Waits for what is being sealed under the old term (plans.term_of), and makes others wait."""
    policy = RetentionPolicy.objects.select_for_update().get(pk=_policy(change).pk)
    policy.keep_for, policy.legal_basis = change.keep_for, change.legal_basis
    policy.version, policy.in_force_since = policy.version + 1, now()
    policy.save(update_fields=["keep_for", "legal_basis", "version", "in_force_since"])
    record("policy.changed", by=by, subject=policy, facts=_facts(change, policy))


def _transfer(change: PolicyChange, by: Caller) -> None:
    plan = RecordingPlan.objects.select_for_update(of=("self",)).get(pk=change.camera_id)
    plan.policy = _policy(change)
    plan.save(update_fields=["policy"])
    facts = _facts(change, plan.policy)
    record("policy.camera_moved", by=by, subject=plan.camera, facts=facts)


_BEGIN: Final = {
    ChangeKind.NEW: _make,
    ChangeKind.TERM: _alter,
    ChangeKind.MOVE: _transfer,
}


def _facts(change: PolicyChange, policy: RetentionPolicy) -> dict[str, object]:
    return {
        "change": str(change.pk),
        "policy": policy.pk,
        "version": policy.version,
        "keep_seconds": int(policy.keep_for.total_seconds()),
    }


def _plans(change: PolicyChange) -> list[RecordingPlan]:
    if change.kind == ChangeKind.NEW:
        return []
    plans = RecordingPlan.objects.filter(policy=change.policy).select_related("policy")
    if change.kind == ChangeKind.MOVE:
        plans = plans.filter(camera=change.camera_id)
    return list(plans.order_by("pk"))


def _portions(plan: RecordingPlan) -> Iterator[datetime]:
    edges = _running(plan).aggregate(first=Min("started_at"), last=Max("started_at"))
    since = edges["first"]
    while since is not None and since <= edges["last"]:
        yield since
        since += _PORTION


def _running(plan: RecordingPlan) -> QuerySet[Segment]:
    """Whatever of this camera still has a term before it, torn remains too.

    What is past its term goes as it was: no change brings it back, and what came back into an
    erased range ends at once (sealing).
    """
    kept = Q(state__in=KEPT) | Q(state=SegmentState.LOST, purged_at=None, ended_at__isnull=False)
    return Segment.objects.filter(kept, camera=plan.pk, expires_at__gt=now())


def _move(
    change: PolicyChange, plan: RecordingPlan, since: datetime, lease: Lease, *, by: Caller
) -> None:
    """One portion: the term counts from each segment's end; what is over by it ends now."""
    lease.check()
    ends = F("ended_at") + Value(plan.policy.keep_for)
    portion = _running(plan).filter(started_at__gte=since, started_at__lt=since + _PORTION)
    with lease.transaction():
        # In the order in which a hold locks them, so that neither waits for the other.
        rows = portion.exclude(expires_at=ends).order_by("pk").select_for_update()
        ids = list(rows.values_list("pk", flat=True))
        if not ids:
            return
        # The time of after the locks: a hold that had them first was placed before that end.
        moved = Segment.objects.filter(pk__in=ids).update(expires_at=Greatest(ends, now()))
        PolicyChange.objects.filter(pk=change.pk).update(moved=F("moved") + moved)
        facts = {
            "change": str(change.pk),
            "camera": plan.pk,
            "segments": moved,
            "from": since.isoformat(),
            "until": (since + _PORTION).isoformat(),
        }
        record("policy.terms_moved", by=by, subject=plan.policy, facts=facts)


def _end(change: PolicyChange, lease: Lease, *, by: Caller) -> None:
    with lease.transaction():
        locked = PolicyChange.objects.select_for_update().get(pk=change.pk)
        locked.state, locked.applied_at = ChangeState.DONE, now()
        locked.save(update_fields=["state", "applied_at"])
        facts = {**_facts(locked, _policy(locked)), "segments": locked.moved}
        record("policy.change_applied", by=by, subject=locked, facts=facts)


def _policy(change: PolicyChange) -> RetentionPolicy:
    assert change.policy is not None  # noqa: S101 - the CHECK says so; a new one is made by now
    return change.policy
