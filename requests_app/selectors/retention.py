"""How long footage is kept, and what a change would do, in the words of its pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cctvportal.accounts.models import User
from cctvportal.common import words
from recordings.enums import ChangeKind, ChangeState
from recordings.models import PolicyChange, RecordingPlan, RetentionPolicy
from recordings.models.retention import OPEN
from recordings.services import retention
from recordings.services.amounts import Amount
from recordings.services.impact import Impact
from recordings.services.retention import Wish


@dataclass(frozen=True, slots=True)
class Mark:
    """A state as the status tag shows it."""

    word: str
    css: str
    icon: str


_MARKS: Final = {
    ChangeState.REQUESTED: ("wait", "hourglass"),
    ChangeState.CONFIRMED: ("go", "clock"),
    ChangeState.APPLYING: ("go", "refresh"),
    ChangeState.DONE: ("done", "check-circle"),
    ChangeState.CANCELLED: ("stop", "cross-circle"),
}
EARLY_NOTE: Final = gettext_lazy(
    "Bila yang terhapus sekaligus lebih dari tiga kali biasanya, penghapusan berhenti dahulu dan "
    "menunggu pemeriksaan."
)


@dataclass(frozen=True, slots=True)
class Group:
    """One policy with its cameras by name; `change`: what is asked for it and still open."""

    policy: RetentionPolicy
    plans: tuple[RecordingPlan, ...]
    change: PolicyChange | None


def groups() -> list[Group]:
    """All policies by name, those without a camera too."""
    plans: dict[int, list[RecordingPlan]] = {}
    live = RecordingPlan.objects.filter(camera__removed_at=None).select_related("camera__room")
    for plan in live.order_by("camera__name"):
        plans.setdefault(plan.policy_id, []).append(plan)
    asked = {one.policy_id: one for one in open_changes().filter(kind=ChangeKind.TERM)}
    return [
        Group(policy, tuple(plans.get(policy.pk, ())), asked.get(policy.pk))
        for policy in RetentionPolicy.objects.order_by("name")
    ]


def changes() -> QuerySet[PolicyChange]:
    people = ("asked_by", "confirmed_by", "cancelled_by")
    return PolicyChange.objects.select_related("policy", "from_policy", "camera", "job", *people)


def open_changes() -> QuerySet[PolicyChange]:
    """What is asked for or agreed to and not in force yet, the oldest first."""
    return changes().filter(state__in=OPEN).order_by("asked_at")


def to_confirm(user: User) -> QuerySet[PolicyChange]:
    """What waits for the second person, as far as `user` may be that one."""
    if not user.has_perm("recordings.confirm_policychange"):
        return PolicyChange.objects.none()
    return open_changes().filter(state=ChangeState.REQUESTED).exclude(asked_by=user)


def mark(change: PolicyChange) -> Mark:
    state = ChangeState(change.state)
    return Mark(str(state.label), *_MARKS[state])


def title(change: PolicyChange) -> str:
    """What is asked, in one line."""
    term = words.duration(change.keep_for)
    if change.kind == ChangeKind.NEW:
        return _("Masa simpan baru: %(name)s, %(term)s") % {"name": change.name, "term": term}
    if change.kind == ChangeKind.MOVE:
        names = {"camera": change.camera, "policy": change.policy}
        return _("%(camera)s pindah ke %(policy)s") % names
    if change.keep_before == change.keep_for or change.keep_before is None:
        return _("%s: dasar baru") % change.policy
    return _("%(policy)s: %(before)s menjadi %(after)s") % {
        "policy": change.policy,
        "before": words.duration(change.keep_before),
        "after": term,
    }


def card(change: PolicyChange) -> dict[str, Any]:
    """The change as a card of a list."""
    return {
        "title": title(change),
        "url": reverse("retention:detail", args=[change.pk]),
        "state": mark(change),
        "facts": [_("Diminta %(who)s, %(when)s") % _by(change.asked_by, change.asked_at)],
        "who": _then(change),
        "then_icon": "clock",
    }


def _then(change: PolicyChange) -> str:
    if change.state == ChangeState.REQUESTED:
        return _("Kepala atau Sekretaris: menyetujui atau membatalkan.")
    if change.state == ChangeState.CONFIRMED and change.due_at:
        return _("Berlaku sendiri mulai %s.") % words.date_time(change.due_at)
    return ""


def facts(change: PolicyChange) -> list[dict[str, Any]]:
    """All that was asked and answered, for the summary list."""
    return [
        {"label": label, **({"lines": said} if isinstance(said, list) else {"value": said})}
        for label, said in (*_asked(change), *_answered(change))
    ]


def _asked(change: PolicyChange) -> Iterator[tuple[str, Any]]:
    yield _("Yang diminta"), str(change.get_kind_display())
    if change.kind == ChangeKind.NEW:
        yield _("Nama"), change.name
        yield _("Tujuan"), str(change.get_purpose_display())
    if change.kind == ChangeKind.MOVE:
        yield _("Kamera"), str(change.camera)
        yield _("Dari"), str(change.from_policy)
        yield _("Ke"), str(change.policy)
    before, after = change.keep_before, words.duration(change.keep_for)
    if before is None:
        yield _("Lama disimpan"), after
    else:
        spans = {"before": words.duration(before), "after": after}
        yield _("Lama disimpan"), _("%(before)s menjadi %(after)s") % spans
    yield _("Dasar"), change.legal_basis
    if change.kind == ChangeKind.TERM:
        names = [plan.camera.name for plan in retention.plans_of(Wish.of(change))]
        yield _("Kamera"), names or _("belum ada kamera")
    yield _("Alasan"), change.reason
    yield _("Diminta"), _("%(who)s, %(when)s") % _by(change.asked_by, change.asked_at)


def _answered(change: PolicyChange) -> Iterator[tuple[str, Any]]:
    if change.confirmed_by and change.confirmed_at:
        agreed = _by(change.confirmed_by, change.confirmed_at)
        yield _("Disetujui"), _("%(who)s, %(when)s") % agreed
    if change.cancelled_by and change.cancelled_at:
        stopped = _by(change.cancelled_by, change.cancelled_at)
        yield _("Dibatalkan"), _("%(who)s, %(when)s") % stopped
    elif change.applied_at:
        count = words.number(change.moved)
        yield _("Berlaku sejak"), words.date_time(change.applied_at)
        yield _("Rekaman lama"), _("%s potongan mengikuti masa simpan ini.") % count
    elif change.due_at:
        yield _("Berlaku mulai"), words.date_time(change.due_at)


def _by(user: User, moment: datetime) -> dict[str, str]:
    return {"who": user.name, "when": words.date_time(moment)}


def effects(found: Impact) -> list[dict[str, str]]:
    """What it does to each camera's footage, the worst first, nothing left unsaid."""
    flags = [
        {"kind": "bad", "text": _("%(camera)s: terhapus %(what)s.") % _what(one.camera, one.gone)}
        for one in found.cameras
        if one.gone
    ]
    flags += [
        {
            "kind": "ok",
            "text": _("%(camera)s: tetap ada karena ditahan, %(what)s.")
            % _what(one.camera, one.held),
        }
        for one in found.cameras
        if one.held
    ]
    rest = found.earlier - found.gone.segments - found.held.segments
    if rest > 0:
        text = _("%s potongan lain terhapus lebih awal daripada seharusnya, pada waktunya.")
        flags.append({"kind": "warn", "text": text % words.number(rest)})
    if found.later:
        text = _("%s potongan disimpan lebih lama.")
        flags.append({"kind": "ok", "text": text % words.number(found.later)})
    if not found.earlier:
        text = _("Tidak ada rekaman yang terhapus lebih awal.")
        flags.insert(0, {"kind": "ok", "text": text})
    return flags


def begins(found: Impact) -> str:
    """When it would hold, had it been agreed to just now."""
    if not found.delayed:
        return _("Berlaku langsung sesudah disetujui.")
    when = words.date_time(found.at)
    return _("Berlaku %s bila disetujui sekarang. Sampai saat itu masih bisa dibatalkan.") % when


def _what(camera: str, amount: Amount) -> dict[str, str]:
    return {"camera": camera, "what": said(amount)}


def said(amount: Amount) -> str:
    """`1.284 potongan (3,7 GB), 1 November 2026, 08.00 WIB sampai 8 November 2026, 08.00 WIB`."""
    size = _("%(count)s potongan (%(size)s)") % {
        "count": words.number(amount.segments),
        "size": words.size(amount.bytes),
    }
    if amount.start is None or amount.end is None:
        return size
    return f"{size}, {span(amount.start, amount.end)}"


def span(start: datetime, end: datetime) -> str:
    """To the minute; with both dates where they differ."""
    start, end = (edge.replace(second=0, microsecond=0) for edge in (start, end))
    said_hours = words.hours(start, end)
    return said_hours if words.EN_DASH not in said_hours else f"{words.date(start)}, {said_hours}"
