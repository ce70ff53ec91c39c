"""The daily look at the store: whether everything is explained, and a thirtieth of it read again.

A slice of the segments, by uuid, is read from the disk itself and compared with the hashes of its
rows; thirty days read all. It goes in short steps of the beat, each as far as the rate allows, and
a step that is killed is done again. A file that is not what it was is marked, told and booked; it
is never removed for that, and should it turn out sound again, its mark goes.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from typing import Final
from uuid import UUID
from zlib import crc32

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, QuerySet

from cctvportal.accounts.access import Caller, service
from cctvportal.audit.services import record
from cctvportal.common import crash
from cctvportal.common.clock import WIB, now
from recordings.enums import AlarmKind, Damage
from recordings.models import Checkup, Segment, Volume
from recordings.models.segment import KEPT
from recordings.services import alarms, damage, verify, volumes
from recordings.services.verify import Level
from recordings.services.volumes import OpenVolume, VolumeUnavailable

SLICES: Final = 30
EVERY_SECONDS: Final = 60
_STEP_SECONDS: Final = 15.0
_BATCH: Final = 50
_AGAIN: Final = 200
_LOCK: Final = 0x43484543  # "CHEC", and the node's own number
_Found = list[tuple[Segment, Damage]]


@service("recordings.run")
def step(*, by: Caller) -> Checkup | None:
    """One step of this node's checkup; None when today's is done, or another process is at it."""
    with _alone() as alone:
        today = _today() if alone else None
        if today is None:
            return None
        if today.violations is None:
            _explain(today, by=by)
        with ExitStack() as stack:
            places = _places(stack)
            if today.cursor is None:
                _look_again(places, by=by)
            _read_on(today, places, by=by)
        damage.tell(by=by)
        return today


def _explain(today: Checkup, *, by: Caller) -> None:
    report = verify.check(level=Level.PRESENCE, by=by)
    found = today.violations = len(report.violations) + report.left_out
    today.save(update_fields=["violations"])
    if found:
        first = sorted({one.invariant for one in report.violations})
        facts = {"violations": found, "invariants": first}
        alarms.raise_(AlarmKind.UNEXPLAINED, settings.NODE_NAME, facts, by=by)
    else:
        alarms.clear(AlarmKind.UNEXPLAINED, settings.NODE_NAME, by=by)


def _today() -> Checkup | None:
    """What is to be done: an unfinished one goes first, however old, so that no slice is missed."""
    mine = Checkup.objects.filter(node=settings.NODE_NAME)
    last = mine.order_by("-day").first()
    if last is not None and last.finished_at is None:
        return last
    day: date = now().astimezone(WIB).date()
    if last is not None and last.day >= day:
        return None
    following = (last.slice + 1) % SLICES if last is not None else 0
    return Checkup.objects.create(
        node=settings.NODE_NAME, day=day, slice=following, started_at=now()
    )


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether no other process of this node is at it; the lock dies with its connection."""
    key = [_LOCK, crc32(settings.NODE_NAME.encode()) - (1 << 31)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        first = bool(cursor.fetchone()[0])
    try:
        yield first
    finally:
        if first:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)


def _places(stack: ExitStack) -> dict[UUID, OpenVolume]:
    """The volumes of this node that are attached."""
    found: dict[UUID, OpenVolume] = {}
    for volume in Volume.objects.filter(node=settings.NODE_NAME):
        try:
            found[volume.pk] = stack.enter_context(volumes.opened(volume))
        except VolumeUnavailable:
            continue
    return found


def _read_on(today: Checkup, places: dict[UUID, OpenVolume], *, by: Caller) -> None:
    budget = settings.CHECKUP_BYTES_PER_SECOND * EVERY_SECONDS
    until = time.monotonic() + _STEP_SECONDS
    while budget > 0 and time.monotonic() < until:
        rows = list(_after_cursor(today)[:_BATCH])
        if not rows:
            _finish(today, by=by)
            return
        there = [row for row in rows if row.volume_id in places]
        found = _damaged(there, places)
        if found is None:
            return
        read = sum(row.bytes for row in there)
        with transaction.atomic():
            for row, kind in found:
                damage.mark(row, kind, by=by)
            crash.step("checkup.marked")
            Checkup.objects.filter(pk=today.pk).update(
                cursor=rows[-1].pk,
                files=F("files") + len(there),
                bytes=F("bytes") + read,
                damaged=F("damaged") + len(found),
                away=F("away") + len(rows) - len(there),
            )
        today.refresh_from_db()
        budget -= read


def _after_cursor(today: Checkup) -> QuerySet[Segment]:
    width = (1 << 128) // SLICES
    first, last = today.slice * width, (today.slice + 1) * width - 1
    if today.slice == SLICES - 1:
        last = (1 << 128) - 1
    mine = Segment.objects.filter(
        state__in=KEPT, volume__node=settings.NODE_NAME, pk__lte=UUID(int=last)
    )
    if today.cursor is None:
        mine = mine.filter(pk__gte=UUID(int=first))
    else:
        mine = mine.filter(pk__gt=today.cursor)
    return mine.select_related("camera").order_by("pk")


def _damaged(rows: list[Segment], places: dict[UUID, OpenVolume]) -> _Found | None:
    """Those that are not what they were; None when a disk went while it was read."""
    found = [
        (row, kind)
        for row in rows
        if (kind := damage.examine(places[row.volume_id], row)) is not None
    ]
    try:
        for volume in {row.volume_id for row, _ in found}:
            places[volume].check()
    except VolumeUnavailable:
        return None
    return found


def _look_again(places: dict[UUID, OpenVolume], *, by: Caller) -> None:
    """Marked ones, first of all: a cable may have been loose, or a copy put back."""
    marked = Segment.objects.filter(damaged_at__isnull=False, state__in=KEPT, volume__in=places)
    rows = list(marked.select_related("camera").order_by("damaged_at")[:_AGAIN])
    found = _damaged(rows, places)
    if found is None:
        return
    still = {row.pk for row, _ in found}
    for row in rows:
        if row.pk not in still:
            damage.unmark(row, by=by)


def _finish(today: Checkup, *, by: Caller) -> None:
    with transaction.atomic():
        today.finished_at = now()
        today.save(update_fields=["finished_at"])
        facts = {
            "away": today.away,
            "bytes": today.bytes,
            "damaged": today.damaged,
            "files": today.files,
            "slice": today.slice,
            "violations": today.violations,
        }
        record("store.checked", by=by, subject=today, facts=facts)
