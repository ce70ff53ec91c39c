"""What people have to know: raised and cleared by results, one open alarm a kind and subject."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Least
from django.utils.translation import gettext as _

from cctvportal.accounts.access import Caller, service
from cctvportal.accounts.models import User
from cctvportal.audit.models import Entry
from cctvportal.audit.services import record
from cctvportal.common import words
from cctvportal.common.clock import now
from cctvportal.common.errors import Conflict
from devices.models import Camera
from recordings.alarm_texts import TEXTS, About, Text, acted_on_by, what
from recordings.enums import AlarmKind
from recordings.models import Alarm, Volume, WatchRound

log = logging.getLogger(__name__)

# The watch looks every minute; three that are missing are no accident.
SILENT_AFTER: Final = timedelta(minutes=3)
# What it sums up in the worker waits its turn behind an export, but not for half a day.
_BEHIND_AFTER: Final = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Told:
    """An alarm in words: `what` happened, and with what the kind's text says to do about it."""

    row: Alarm
    kind: AlarmKind
    text: Text
    what: str


@service("recordings.run")
def raise_(
    kind: AlarmKind,
    subject: str = "",
    facts: Mapping[str, Any] | None = None,
    at: datetime | None = None,
    *,
    by: Caller,
) -> Alarm | None:
    """Says that it is so `at` this moment (aware; now when left out); again only renews the facts.

    `facts` are JSON: ids, numbers, ISO times, never a person's name; the suffixes that a sentence
    understands are told in recordings/alarm_texts.py. A moment that lies before the alarm was
    cleared is news that came late, through the recorder's ledger: it opens nothing and answers
    None.
    """
    moment, known = at or now(), dict(facts or {})
    ours = Alarm.objects.filter(kind=AlarmKind(kind), subject=subject)
    with transaction.atomic():
        if ours.filter(opened_at__lte=moment, cleared_at__gt=moment).exists():
            return None
        alarm, created = ours.get_or_create(
            kind=AlarmKind(kind),
            subject=subject,
            cleared_at=None,
            defaults={"facts": known, "opened_at": moment, "last_seen_at": moment},
        )
        if created:
            _note("alarm.raised", alarm, by=by)
            log.error("alarm: %s %s", alarm, known)
        else:
            still = ours.filter(cleared_at=None)
            still.filter(last_seen_at__lte=moment).update(facts=known, last_seen_at=moment)
            still.update(opened_at=Least("opened_at", moment))
            alarm.refresh_from_db()
    return alarm


@service("recordings.run")
def clear(kind: AlarmKind, subject: str = "", at: datetime | None = None, *, by: Caller) -> bool:
    """Says that it is over since `at`; False when nothing was open, or it was seen later than that.

    The row stays, as history.
    """
    moment = at or now()
    with transaction.atomic():
        alarm = (
            Alarm.objects.select_for_update()
            .filter(kind=AlarmKind(kind), subject=subject, cleared_at=None)
            .filter(last_seen_at__lte=moment)
            .first()
        )
        if alarm is None:
            return False
        alarm.cleared_at = moment
        alarm.save(update_fields=["cleared_at"])
        _note("alarm.cleared", alarm, by=by)
    log.warning("alarm is over: %s", alarm)
    return True


@service("recordings.take_alarm")
def take(alarm: Alarm, *, by: User) -> Alarm:
    """Notes who takes care ("Saya tangani"), and since when. Pressed twice it is the same.

    Raises Conflict when somebody else takes care of it already, or it is over.
    """
    with transaction.atomic():
        row = Alarm.objects.select_for_update().get(pk=alarm.pk)
        if row.taken_by_id == by.pk:
            return row
        if row.cleared_at is not None:
            raise Conflict(_("Alarm ini sudah selesai %s.") % words.date_time(row.cleared_at))
        if row.taken_by is not None and row.taken_at is not None:
            facts = {"who": row.taken_by.name, "when": words.date_time(row.taken_at)}
            raise Conflict(_("Alarm ini sudah ditangani %(who)s sejak %(when)s.") % facts)
        row.taken_by, row.taken_at = by, now()
        row.save(update_fields=["taken_by", "taken_at"])
        _note("alarm.taken", row, by=by)
    return row


def current() -> list[Alarm]:
    """What is open, the urgent first and among them the oldest; a silent watch before all.

    That one has no row (its pk is None): it is worked out when somebody looks, because the watch
    itself cannot tell that it is dead.
    """
    rows = Alarm.objects.filter(cleared_at=None).select_related("taken_by").order_by("opened_at")
    found = sorted(rows, key=lambda row: not TEXTS[AlarmKind(row.kind)].urgent)
    silence = _silence()
    return [silence, *found] if silence else found


def recent() -> QuerySet[Alarm]:
    """What is over, the latest first."""
    done = Alarm.objects.exclude(cleared_at=None).select_related("taken_by")
    return done.order_by("-cleared_at", "-pk")


def told(rows: Iterable[Alarm]) -> list[Told]:
    """The alarms in words, with the names that their cameras and volumes have today."""
    found = list(rows)
    names = _names(found)
    return [
        Told(row, kind, TEXTS[kind], what(kind, row.facts, name))
        for row in found
        for kind, name in [(AlarmKind(row.kind), names.get(_thing(row)) or _own_name(row))]
    ]


def count_for(user: User) -> int:
    """How many open alarms this person can do something about: the figure in the menu."""
    kinds = acted_on_by(user.role)
    if not kinds:
        return 0
    silent = AlarmKind.WATCH_SILENT in kinds and _silence() is not None
    return Alarm.objects.filter(cleared_at=None, kind__in=kinds).count() + silent


def looked_at() -> datetime | None:
    """When the watch last looked at everything."""
    return WatchRound.objects.values_list("looked_at", flat=True).first()


def _silence() -> Alarm | None:
    """A watch that looked too long ago. One that never did counts from the portal's first day."""
    last, moment = WatchRound.objects.first() or WatchRound(), now()
    first = Entry.objects.order_by("serial").values_list("at", flat=True).first() or moment
    limits = ((last.looked_at, SILENT_AFTER), (last.thorough_at, _BEHIND_AFTER))
    late = [at or first for at, limit in limits if (at or first) <= moment - limit]
    if not late:
        return None
    told = _("Terakhir selesai %s.") % words.date_time(min(late)) if last.looked_at else ""
    facts = {"detail": told} if told else {}
    return Alarm(kind=AlarmKind.WATCH_SILENT, facts=facts, opened_at=min(late), last_seen_at=moment)


def _thing(row: Alarm) -> tuple[About, str]:
    return TEXTS[AlarmKind(row.kind)].about, row.subject


def _own_name(row: Alarm) -> str:
    """What the alarm itself calls its subject: a removed volume has no other name left."""
    return str(row.facts.get("name") or row.subject)


def _names(rows: Iterable[Alarm]) -> dict[tuple[About, str], str]:
    """In two queries, however many alarms there are."""
    things = {_thing(row) for row in rows}
    cameras = [subject for about, subject in things if about is About.CAMERA and subject.isdigit()]
    volumes = [subject for about, subject in things if about is About.VOLUME and _is_uuid(subject)]
    named = Camera.objects.filter(pk__in=cameras).values_list("pk", "name")
    labelled = Volume.objects.filter(pk__in=volumes).values_list("pk", "label")
    return {(About.CAMERA, str(pk)): name for pk, name in named} | {
        (About.VOLUME, str(pk)): label for pk, label in labelled
    }


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _note(action: str, alarm: Alarm, *, by: Caller) -> None:
    facts = {"kind": str(alarm.kind), "subject": alarm.subject}
    record(action, by=by, subject=alarm, facts=facts)
