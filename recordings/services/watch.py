"""The watch: it looks at results and raises or clears what it finds.

Once a minute at what is quickly seen, every ten minutes at the rest. Each has a task of its own: a
recorder that shall stop in seconds does not wait for millions of rows to be summed.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db import connection

from cctvportal.accounts.access import Caller, service
from cctvportal.common.clock import now
from recordings.enums import AlarmKind as Kind
from recordings.models import Alarm, WatchRound
from recordings.services import alarms
from recordings.services.watching import cameras, holding, letting_go, rates, room, work
from recordings.services.watching.found import Found, Look

log = logging.getLogger(__name__)

_WATCH_LOCK: Final = 0x57415443  # "WATC": one look at a time in the whole cluster
_THOROUGH_EVERY: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Check:
    """What looks, and for which kinds it speaks: an open one that it does not find is over.

    `mine`: of which subjects, where others raise the same kind.
    """

    look: Callable[[Look], list[Found]]
    kinds: tuple[Kind, ...] = ()
    mine: Callable[[str], bool] = lambda _subject: True


QUICK: Final = (
    Check(room.read),
    Check(room.data_folder, (Kind.BELOW_FLOOR,), mine=room.is_data_folder),
    Check(cameras.silent, (Kind.SILENT_CAMERA, Kind.SILENT_MANY)),
    Check(cameras.unsealed, (Kind.UNSEALED,)),
    Check(letting_go.late, (Kind.LATE_EXPIRY,)),
    Check(letting_go.doomed, (Kind.DOOMED_STUCK,)),
    Check(letting_go.stopped, (Kind.PURGE_STOPPED,)),
    Check(holding.ending, (Kind.HOLD_ENDING,)),
    Check(work.given_up, (Kind.JOB_GAVE_UP,)),
    Check(work.waiting, (Kind.JOBS_WAITING,)),
)
# They read many rows, and what they tell changes in hours.
THOROUGH: Final = (
    Check(rates.unusual, (Kind.RATE_UNUSUAL,)),
    Check(holding.over_quota, (Kind.HOLD_QUOTA,)),
    Check(room.running_out, (Kind.FORECAST_LOW,)),
)


@service("recordings.run")
def watch(*, by: Caller) -> None:
    """Looks once at what is quickly seen. Two at once are one: the second goes away.

    A check that fails keeps the others from nothing. Its alarms stay as they were, and the round
    is not counted as done: before long the page says that the watch is silent.
    """
    with _alone() as alone:
        if alone:
            last = WatchRound.objects.first() or WatchRound()
            look = Look(now(), _opened(), before=last.facts)
            done = _look(QUICK, look, by=by)
            last.looked_at = look.moment if done else last.looked_at
            last.facts = {**last.facts, **look.noted}
            last.save()


@service("recordings.run")
def watch_thoroughly(*, by: Caller) -> None:
    """Looks at what reads many rows, when the last time is ten minutes ago."""
    with _alone() as alone:
        last = WatchRound.objects.first() or WatchRound()
        look = Look(now(), _opened(), before=last.facts)
        due = last.thorough_at is None or look.moment - last.thorough_at >= _THOROUGH_EVERY
        if alone and due:
            done = _look(THOROUGH, look, by=by)
            last.thorough_at = look.moment if done else last.thorough_at
            last.facts = {**last.facts, **look.noted}
            last.save()


def _look(checks: Iterable[Check], look: Look, *, by: Caller) -> bool:
    """Whether all of them could look; each does, whatever became of those before."""
    failed = [check for check in checks if not _run(check, look, by=by)]
    return not failed


def _opened() -> dict[Kind, frozenset[str]]:
    found: dict[Kind, set[str]] = defaultdict(set)
    for kind, subject in Alarm.objects.filter(cleared_at=None).values_list("kind", "subject"):
        found[Kind(kind)].add(subject)
    return {kind: frozenset(subjects) for kind, subjects in found.items()}


def _run(check: Check, look: Look, *, by: Caller) -> bool:
    try:
        _settle(check, check.look(look), look, by=by)
    except Exception:
        log.exception("the watch could not look at %s", check.look.__name__)
        return False
    return True


def _settle(check: Check, found: list[Found], look: Look, *, by: Caller) -> None:
    """What was found is open, what was open and was not found is over."""
    for one in found:
        alarms.raise_(one.kind, one.subject, one.facts, look.moment, by=by)
    told = {(one.kind, one.subject) for one in found}
    for kind in check.kinds:
        for subject in look.open.get(kind, frozenset()):
            if check.mine(subject) and (kind, subject) not in told:
                alarms.clear(kind, subject, look.moment, by=by)


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether this is the only watch just now, by a lock that dies with its connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_WATCH_LOCK])
        alone = bool(cursor.fetchone()[0])
    try:
        yield alone
    finally:
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_WATCH_LOCK])
