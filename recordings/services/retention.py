"""Changing how long footage is kept: asked by the officer, agreed to by an approver.

Nothing shortens a term on one person's word. What a change would end is counted when it is asked
for, and again when the second person looks (recording.md 3, traps 4 and 8).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cctvportal.accounts.access import service
from cctvportal.accounts.models import User
from cctvportal.audit.services import record
from cctvportal.common import words
from cctvportal.common.clock import now
from cctvportal.common.errors import Conflict, Refused
from cctvportal.jobs import services as jobs
from cctvportal.jobs.models import Job
from devices.models import Camera
from recordings.enums import ChangeKind, ChangeState
from recordings.models import PolicyChange, RecordingPlan, RetentionPolicy
from recordings.models.retention import OPEN
from recordings.services import impact
from recordings.services.impact import Impact

LEAST_TERM: Final = timedelta(minutes=1)
LONGEST_TERM: Final = timedelta(days=3660)
_LEAST_WORDS: Final = 10
_RUNNING: Final = (ChangeState.CONFIRMED, ChangeState.APPLYING)
_ASKING: Final = 0x504F4C49  # "POLI": one asks for a change at a time


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants changed. `policy`: what changes, or where `camera` goes; None for new."""

    kind: ChangeKind
    keep_for: timedelta
    legal_basis: str
    policy: RetentionPolicy | None = None
    camera: Camera | None = None
    name: str = ""
    purpose: str = ""

    @classmethod
    def new(cls, name: str, purpose: str, keep_for: timedelta, legal_basis: str) -> Wish:
        return cls(ChangeKind.NEW, keep_for, legal_basis, name=name, purpose=purpose)

    @classmethod
    def term(cls, policy: RetentionPolicy, keep_for: timedelta, legal_basis: str) -> Wish:
        return cls(ChangeKind.TERM, keep_for, legal_basis, policy=policy)

    @classmethod
    def move(cls, camera: Camera, policy: RetentionPolicy) -> Wish:
        return cls(
            ChangeKind.MOVE, policy.keep_for, policy.legal_basis, policy=policy, camera=camera
        )

    @classmethod
    def of(cls, change: PolicyChange) -> Wish:
        return cls(
            ChangeKind(change.kind),
            change.keep_for,
            change.legal_basis,
            change.policy,
            change.camera,
            change.name,
            change.purpose,
        )


def plans_of(wish: Wish) -> list[RecordingPlan]:
    """The plans of the cameras whose footage the wish touches, removed cameras among them."""
    plans = RecordingPlan.objects.select_related("policy", "camera").order_by("camera__name")
    if wish.kind == ChangeKind.TERM:
        return list(plans.filter(policy=wish.policy))
    return list(plans.filter(camera=wish.camera)) if wish.camera else []


def shortens(wish: Wish) -> bool:
    """Whether any footage, of now or recorded until then, would go earlier than without it."""
    plans = plans_of(wish)
    return any(plan.keep_for > wish.keep_for for plan in plans) or impact.takes_earlier(
        [plan.pk for plan in plans], wish.keep_for
    )


def expected(wish: Wish, *, at: datetime | None = None) -> Impact:
    """What it does to the footage of now when it is carried out at `at`.

    Without `at`: if a second person agreed to it now, so after the delay where anything goes
    earlier.
    """
    delayed = shortens(wish)
    delay = settings.POLICY_CHANGE_DELAY_SECONDS if delayed else 0
    cameras = [plan.pk for plan in plans_of(wish)]
    moment = at or now() + timedelta(seconds=delay)
    return replace(impact.expected(cameras, wish.keep_for, at=moment), delayed=delayed)


def check(wish: Wish) -> None:
    """Raises Refused for what cannot be asked, Conflict where another change is open."""
    if not LEAST_TERM <= wish.keep_for <= LONGEST_TERM:
        sentence = _("Masa simpan paling singkat satu menit, paling lama sepuluh tahun.")
        raise Refused(sentence, "amount")
    if len(wish.legal_basis.strip()) < _LEAST_WORDS:
        raise Refused(
            _("Tulis dasarnya dalam satu kalimat, misalnya: SOP 20/SEKRETARIAT/XII/2021."),
            "legal_basis",
        )
    _CHECKS[wish.kind](wish)


@service("recordings.ask_policychange")
def ask(wish: Wish, *, reason: str, by: User) -> PolicyChange:
    """The officer asks for it. Nothing changes until an approver agrees.

    Raises Refused for what makes no sense, or Conflict while another change of the same policy or
    camera is open.
    """
    if len(reason.strip()) < _LEAST_WORDS:
        raise Refused(_("Tulis alasannya dalam satu kalimat, untuk yang menyetujui."), "reason")
    try:
        with transaction.atomic():
            _one_at_a_time()
            check(wish)
            change = _saved(wish, reason.strip(), by)
            facts = {**_facts(change), "impact": change.asked_impact}
            record("policy.change_asked", by=by, subject=change, facts=facts)
    except IntegrityError:
        raise Conflict(_busy(wish)) from None
    return change


@service("recordings.confirm_policychange")
def confirm(change: PolicyChange, *, by: User) -> PolicyChange:
    """The second person, an approver, agrees to what it does now; the system carries it out.

    Raises Refused for the person who asked, Conflict when it was answered before.
    """
    with transaction.atomic():
        locked = PolicyChange.objects.select_for_update().get(pk=change.pk)
        if locked.asked_by_id == by.pk:
            raise Refused(_("Perubahan disetujui oleh orang lain daripada yang memintanya."))
        if locked.state != ChangeState.REQUESTED:
            raise Conflict(answered(locked))
        seen = expected(Wish.of(locked))
        locked.state, locked.due_at = ChangeState.CONFIRMED, seen.at
        locked.confirmed_by, locked.confirmed_at = by, now()
        locked.agreed_impact = seen.facts()
        locked.job = jobs.enqueue("policy", f"policy:{locked.pk}", locked.pk)
        locked.save()
        Job.objects.filter(pk=locked.job.pk).update(not_before=locked.due_at)
        facts = {**_facts(locked), "due": seen.at.isoformat(), "impact": locked.agreed_impact}
        record("policy.change_confirmed", by=by, subject=locked, facts=facts)
    return locked


@service("recordings.cancel_policychange")
def cancel(change: PolicyChange, *, by: User) -> PolicyChange:
    """Officer or approver stops it until it is applied. Raises Conflict afterwards.

    Its job finds nothing to do when its time comes.
    """
    with transaction.atomic():
        locked = PolicyChange.objects.select_for_update().get(pk=change.pk)
        if not locked.can_be_cancelled:
            raise Conflict(answered(locked))
        locked.state = ChangeState.CANCELLED
        locked.cancelled_by, locked.cancelled_at = by, now()
        locked.save(update_fields=["state", "cancelled_by", "cancelled_at"])
        record("policy.change_cancelled", by=by, subject=locked, facts=_facts(locked))
    return locked


@service("recordings.cancel_policychange")
def retry(change: PolicyChange, *, by: User) -> None:
    """Lets a change that both persons wanted and whose job gave up go on where it stands.

    Raises Refused while its job waits or runs, Conflict when there is nothing to go on with.
    """
    with transaction.atomic():
        locked = PolicyChange.objects.select_for_update(of=("self",)).get(pk=change.pk)
        if locked.job is None or locked.state not in _RUNNING:
            raise Conflict(answered(locked))
        jobs.retry(locked.job)
        record("policy.change_retried", by=by, subject=locked, facts=_facts(locked))


def answered(change: PolicyChange) -> str:
    """Who was first, and when."""
    who, when, did = change.confirmed_by, change.confirmed_at, _("disetujui")
    if change.state == ChangeState.CANCELLED:
        who, when, did = change.cancelled_by, change.cancelled_at, _("dibatalkan")
    if who is None or when is None:
        return _("Perubahan ini belum dijawab.")
    return _("Perubahan ini sudah %(did)s %(who)s pada %(when)s.") % {
        "did": did,
        "who": who.name,
        "when": words.date_time(when),
    }


def _saved(wish: Wish, reason: str, by: User) -> PolicyChange:
    plans = plans_of(wish)
    before = wish.policy if wish.kind == ChangeKind.TERM else plans[0].policy if plans else None
    return PolicyChange.objects.create(
        kind=wish.kind,
        policy=wish.policy,
        camera=wish.camera,
        from_policy=before if wish.kind == ChangeKind.MOVE else None,
        name=wish.name.strip(),
        purpose=wish.purpose,
        keep_before=before.keep_for if before else None,
        keep_for=wish.keep_for,
        legal_basis=wish.legal_basis.strip(),
        reason=reason,
        asked_by=by,
        asked_at=now(),
        asked_impact=expected(wish).facts(),
    )


def _facts(change: PolicyChange) -> dict[str, object]:
    before = change.keep_before
    return {
        "kind": change.kind,
        "policy": change.policy_id,
        "camera": change.camera_id,
        "keep_seconds": [
            int(before.total_seconds()) if before else None,
            int(change.keep_for.total_seconds()),
        ],
    }


def _one_at_a_time() -> None:
    """So that of two changes in each other's way the second one sees the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ASKING])


def _open_terms(*policies: RetentionPolicy | None) -> bool:
    open_now = PolicyChange.objects.filter(kind=ChangeKind.TERM, state__in=OPEN)
    return open_now.filter(policy__in=[one for one in policies if one]).exists()


def _check_new(wish: Wish) -> None:
    if not wish.name.strip() or not wish.purpose:
        raise Refused(_("Beri nama dan tujuan untuk masa simpan ini."), "name")
    if RetentionPolicy.objects.filter(name__iexact=wish.name.strip()).exists():
        raise Refused(_("Nama ini sudah dipakai. Tulis yang lain."), "name")


def _check_term(wish: Wish) -> None:
    policy = wish.policy
    assert policy is not None  # noqa: S101 - Wish.term has one
    if (policy.keep_for, policy.legal_basis) == (wish.keep_for, wish.legal_basis.strip()):
        raise Refused(_("Tidak ada yang berubah: lama dan dasarnya masih sama."), "amount")
    moving = PolicyChange.objects.filter(
        Q(policy=policy) | Q(from_policy=policy), kind=ChangeKind.MOVE, state__in=OPEN
    )
    if _open_terms(policy) or moving.exists():
        raise Conflict(_busy(wish))


def _check_move(wish: Wish) -> None:
    plans = plans_of(wish)
    if not plans:
        raise Refused(_("Kamera ini tidak direkam."), "camera")
    if plans[0].policy == wish.policy:
        raise Refused(_("Kamera ini sudah memakai masa simpan itu."), "policy")
    if _open_terms(wish.policy, plans[0].policy):
        raise Conflict(_busy(wish))


def _busy(wish: Wish) -> str:
    if wish.kind == ChangeKind.NEW:
        return _("Masa simpan dengan nama ini sudah diminta dan belum selesai.")
    return _(
        "Masih ada perubahan lain yang belum selesai untuk masa simpan atau kamera ini. "
        "Tunggu sampai berlaku, atau batalkan dahulu."
    )


_CHECKS: Final[dict[ChangeKind, Callable[[Wish], None]]] = {
    ChangeKind.NEW: _check_new,
    ChangeKind.TERM: _check_term,
    ChangeKind.MOVE: _check_move,
}
