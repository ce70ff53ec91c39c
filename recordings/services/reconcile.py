"""Explains every file and every row of a volume (design.md 6). Deletes nothing that holds footage.

What can be kept is kept: a sidecar without a kept row is adopted, a `.part` that opens is sealed.
One that nobody writes and in which nothing opens is set aside under `.quarantine` at once, its row
LOST; any other file that nobody can explain once it was seen in two runs at least `min_age` apart.
What is set aside goes through the gate after the camera's term (`remains`). Files at work are
locked, so it may run beside a recorder.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
from collections import defaultdict
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings

from cctvportal.accounts.access import Caller, service
from cctvportal.common.clock import now
from recordings.enums import SegmentState
from recordings.media import durable, placing
from recordings.models import RecordingPlan, Segment, Volume
from recordings.models.segment import KEPT, LONGEST_SEGMENT
from recordings.services import salvage, volumes
from recordings.services.salvage import Outcome, Slot
from recordings.services.volumes import MARKER, OpenVolume

log = logging.getLogger(__name__)

QUARANTINE = ".quarantine"
MIN_AGE = timedelta(minutes=15)
STALE = timedelta(days=1)
_INSTANT = timedelta(minutes=1)
_OUR_FOLDERS = {QUARANTINE, "lost+found"}
_SUFFIXES = (placing.PART, placing.FILM, placing.FACTS)
_STILL_THERE = (*KEPT, SegmentState.DOOMED)
_CHUNK = 2000


@dataclass(slots=True)
class Findings:
    """Counts of one run over one volume."""

    files: int = 0
    rows: int = 0
    at_work: int = 0
    adopted: int = 0
    salvaged: int = 0
    torn: int = 0
    young: int = 0
    removed: int = 0
    lost: int = 0
    quarantined: int = 0
    unexplained: list[str] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        numbers = {each.name: getattr(self, each.name) for each in fields(self)}
        return {**numbers, "unexplained": len(self.unexplained)}


@service("recordings.run")
def reconcile(volume: Volume, *, min_age: timedelta = MIN_AGE, by: Caller) -> Findings:
    """One run over one volume of this node. Raises VolumeUnavailable, and then touches nothing."""
    with volumes.opened(volume) as place:
        run = _Run(place, min_age, by)
        run.files()
        run.rows()
        place.check()
    log.info("reconcile %s: %s", volume.pk, run.found.counts())
    return run.found


class _Run:
    def __init__(self, place: OpenVolume, min_age: timedelta, by: Caller) -> None:
        self.found = Findings()
        self._place = place
        self._by = by
        self._min_age = min_age
        self._moment = now()
        self._sightings = Sightings(place.volume)

    def files(self) -> None:
        for folder, below, names, _ in os.fwalk(".", dir_fd=self._place.root):
            here = folder.removeprefix(".").removeprefix("/")
            if not here:
                below[:] = [name for name in below if name not in _OUR_FOLDERS]
                names = [name for name in names if name != MARKER]  # noqa: PLW2901 - ours, not a stray
            self.found.files += len(names)
            self._folder(here, names)
        self._sightings.save()

    def rows(self) -> None:
        rows = Segment.objects.filter(
            volume=self._place.volume,
            state__in=[SegmentState.PREPARED, SegmentState.OPEN, *KEPT],
        ).select_related("camera")
        for row in rows.order_by("pk").iterator(_CHUNK):
            self.found.rows += 1
            base = Slot(row.camera.uuid, row.key_day, row.pk).base
            film = placing.exists(self._place.root, base + placing.FILM)
            if row.state in KEPT:
                if not film and self._is_still(row):
                    self.found.unexplained.append(f"baris {row.pk} tanpa berkas")
            elif not film and not placing.exists(self._place.root, base + placing.PART):
                self._without_file(row)

    def _folder(self, here: str, names: list[str]) -> None:
        slots: dict[UUID, set[str]] = defaultdict(set)
        for name in names:
            slot = _slot(here, name)
            if slot is None:
                self._foreign(f"{here}/{name}".lstrip("/"))
            else:
                slots[slot.segment].add(Path(name).suffix)
        rows = Segment.objects.select_related("camera").in_bulk(list(slots))
        for segment, suffixes in slots.items():
            slot = _slot(here, f"{segment}{placing.PART}")
            if slot is None:
                continue
            try:
                self._judge(slot, suffixes, rows.get(segment))
            except OSError as error:
                # A sick file is told, and keeps no other from being looked at.
                log.error("%s: %s", slot.base, error)  # noqa: TRY400 - the cause is the disk
                self.found.unexplained.append(f"{slot.base} ({error.strerror})")

    def _judge(self, slot: Slot, suffixes: set[str], row: Segment | None) -> None:
        if placing.PART in suffixes:
            self._part(slot, row)
        elif row is not None and row.state in _STILL_THERE:
            if placing.FILM in suffixes and self._size(slot) != row.bytes and self._is_still(row):
                self.found.unexplained.append(f"ukuran berkas {slot.segment} berubah")
        elif suffixes == {placing.FILM, placing.FACTS} and self._adopted(slot, row):
            self.found.adopted += 1
        else:
            for suffix in suffixes:
                self._stray(slot.base + suffix)

    def _part(self, slot: Slot, row: Segment | None) -> None:
        path = slot.base + placing.PART
        match salvage.keep(self._place, slot, row, by=self._by):
            case Outcome.LIVE:
                self.found.at_work += 1
            case Outcome.KEPT:
                self.found.salvaged += 1
            case Outcome.EMPTY:
                # Between being made and being locked a file looks like this, for an instant.
                if self._age(path) < _INSTANT:
                    self.found.young += 1
                else:
                    os.unlink(path, dir_fd=self._place.root)
                    self.found.removed += 1
            case Outcome.TORN:
                written = self._moment - self._age(path)
                self._set_aside(path)
                self.found.torn += 1
                if row is not None:
                    _lose(row, until=written)
            case _:
                self._stray(path)

    def _adopted(self, slot: Slot, row: Segment | None) -> bool:
        if row is not None and row.state == SegmentState.PURGED:
            return False
        facts = placing.facts_beside(self._place.root, slot.base)
        if facts is None or facts.size != self._size(slot):
            return False
        return salvage.adopt(facts, by=self._by) is Outcome.KEPT

    def _without_file(self, row: Segment) -> None:
        """A row whose file never came, or is gone."""
        age = self._moment - row.prepared_at
        if row.state == SegmentState.OPEN and age > self._min_age:
            began = row.started_at or row.prepared_at
            self.found.lost += _lose(row, until=began + LONGEST_SEGMENT)
        elif row.state == SegmentState.PREPARED and age > STALE:
            # No recorder uses it any more (`stock`); row and key go at the gate's next passage.
            unused = Segment.objects.filter(pk=row.pk, state=row.state, expires_at=None)
            self.found.removed += unused.update(expires_at=self._moment)

    def _is_still(self, row: Segment) -> bool:
        """Whether the row stands as it was read: a purge may have come between."""
        return Segment.objects.filter(pk=row.pk, state=row.state).exists()

    def _foreign(self, path: str) -> None:
        """A name that is no segment's: a sidecar half written by a killed process, or a stray."""
        if not path.endswith(placing.FACTS + durable.TEMPORARY):
            self._stray(path)
        elif self._age(path) > _INSTANT:
            os.unlink(path, dir_fd=self._place.root)
            self.found.removed += 1

    def _stray(self, path: str) -> None:
        try:
            if self._age(path) < self._min_age:
                self.found.young += 1
                return
        except FileNotFoundError:
            return
        first = self._sightings.first_seen(path, self._moment)
        self.found.unexplained.append(path)
        if self._moment > first and self._moment - first >= self._min_age:
            self._set_aside(path)
            self.found.quarantined += 1

    def _set_aside(self, path: str) -> None:
        """Out of the way, under a name that says where it was; never over another file."""
        root = self._place.root
        with contextlib.suppress(FileExistsError):
            os.mkdir(QUARANTINE, 0o700, dir_fd=root)
        target = f"{QUARANTINE}/{path.replace('/', '_')}"
        while placing.exists(root, target):
            target += "+"
        os.rename(path, target, src_dir_fd=root, dst_dir_fd=root)
        placing.sync_folder(root, QUARANTINE)
        placing.sync_folder(root, path.rpartition("/")[0])
        log.warning("set aside: %s", target)

    def _age(self, path: str) -> timedelta:
        status = os.stat(path, dir_fd=self._place.root, follow_symlinks=False)
        return timedelta(seconds=self._moment.timestamp() - status.st_mtime)

    def _size(self, slot: Slot) -> int:
        path = slot.base + placing.FILM
        try:
            return os.stat(path, dir_fd=self._place.root, follow_symlinks=False).st_size
        except FileNotFoundError:
            return -1


def _lose(row: Segment, *, until: datetime) -> int:
    """Nothing of it can be kept. What remains has the time and the term that footage would have."""
    plan = RecordingPlan.objects.filter(camera=row.camera_id).first()
    since = max(row.started_at or row.prepared_at, until - LONGEST_SEGMENT)
    return Segment.objects.filter(
        pk=row.pk, state__in=[SegmentState.PREPARED, SegmentState.OPEN]
    ).update(
        state=SegmentState.LOST,
        started_at=min(since, until),
        ended_at=until,
        expires_at=until + plan.keep_for if plan else None,
    )


class Sightings:
    """When a file that nobody can explain was first seen, over the runs."""

    def __init__(self, volume: Volume) -> None:
        self._path = Path(settings.PORTAL_DATA_DIR) / "reconcile" / f"{volume.pk}.json"
        self._now: dict[str, str] = {}
        try:
            self._before: dict[str, str] = json.loads(self._path.read_text())
        except (OSError, ValueError):
            self._before = {}

    def first_seen(self, path: str, moment: datetime) -> datetime:
        first = self._before.get(path, moment.isoformat())
        self._now[path] = first
        return datetime.fromisoformat(first)

    def save(self) -> None:
        self._path.parent.mkdir(mode=0o700, exist_ok=True)
        durable.replace(self._path, json.dumps(self._now).encode())


def _slot(folder: str, name: str) -> Slot | None:
    """The segment that a file belongs to by its place; None when it is none of ours."""
    stem, dot, suffix = name.rpartition(".")
    try:
        camera, year, month, day = folder.split("/")
        slot = Slot(UUID(camera), date(int(year), int(month), int(day)), UUID(stem))
    except ValueError:
        return None
    ours = dot + suffix in _SUFFIXES and slot.base == f"{folder}/{stem}"
    return slot if ours else None
