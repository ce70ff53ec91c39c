"""Explains every file and every row of a volume (design.md 6). Deletes nothing that holds footage.

What can be kept is kept: a sidecar without a kept row is adopted, a `.part` that opens is sealed.
One that nobody writes and in which nothing opens is set aside under `.quarantine` at once, its row
LOST; any other file that nobody can explain once it was seen in two runs at least `min_age` apart.
What is set aside goes through the gate after the camera's term (`remains`). Files at work are
locked, so it may run beside a recorder; a run that was killed goes on where it was.
"""

from __future__ import annotations

import contextlib
import logging
import os
import uuid
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from cctvportal.accounts.access import Caller, service
from cctvportal.common.clock import now
from recordings.enums import AlarmKind, SegmentState
from recordings.media import durable, placing
from recordings.models import RecordingPlan, Segment, Volume
from recordings.models.segment import KEPT, LONGEST_SEGMENT
from recordings.services import alarms, gaps, salvage, volumes
from recordings.services.reconcile_state import Findings, Progress, alone
from recordings.services.reconcile_walk import Files, camera_and_day, folders, segment_of
from recordings.services.salvage import Outcome, Slot
from recordings.services.volumes import MARKER, OpenVolume

log = logging.getLogger(__name__)

QUARANTINE = ".quarantine"
MIN_AGE = timedelta(minutes=15)
STALE = timedelta(days=1)
_INSTANT = timedelta(minutes=1)
_OURS = {MARKER, QUARANTINE, "lost+found"}
_SUFFIXES = (placing.PART, placing.FILM, placing.FACTS)
_STILL_THERE = (*KEPT, SegmentState.DOOMED)
_EXPECTED = (SegmentState.PREPARED, SegmentState.OPEN, *KEPT)
_CHUNK = 5000
# Notes of a recorder that died with them are missing for the time before its end, not for ever.
_HOLES_OF = timedelta(days=2)
_ROWS: Final = "rows:"  # of a cursor: the folders are done


@service("recordings.run")
def reconcile(volume: Volume, *, min_age: timedelta = MIN_AGE, by: Caller) -> Findings:
    """One run over one volume of this node; one that was killed within a day is finished instead.

    Raises the alarm UNEXPLAINED, or clears it. Raises VolumeUnavailable, and then touches nothing.
    """
    with alone(volume), volumes.opened(volume) as place:
        run = _Run(place, min_age, by)
        run.files()
        run.rows()
        place.check()
        run.holes()
        run.end()
    log.info("reconcile %s: %s", volume.pk, run.found.counts())
    return run.found


class _Run:
    def __init__(self, place: OpenVolume, min_age: timedelta, by: Caller) -> None:
        self._progress = Progress(place.volume)
        self.found = self._progress.found
        self._place = place
        self._by = by
        self._min_age = min_age
        self._moment = now()
        self._told = set(self.found.unexplained)

    def files(self) -> None:
        if self._progress.began_at:
            self._look_back(self._progress.began_at)
        if self._progress.cursor.startswith(_ROWS):
            return
        root, behind = self._place.root, self._progress.cursor
        for folder, files in folders(root, behind=behind, but=_OURS, sick=self._sick):
            self.found.files += len(files)
            self._folder(folder, files)
            self._progress.passed(folder)
        self._progress.passed(_ROWS)

    def _look_back(self, reached: str) -> None:
        """What ended the run left its own traces, in new folders that may have been passed."""
        newest = (self._progress.row.started_at - STALE).date()
        for folder, files in folders(self._place.root, behind="", but=_OURS, sick=self._sick):
            if not reached.startswith(_ROWS) and folder.split("/") > reached.split("/"):
                return
            where = camera_and_day(folder)
            if where is not None and where[1] >= newest:
                self._folder(folder, files)

    def rows(self) -> None:
        """In order of their keys, a chunk at a time: the table may be large, and a run killed."""
        last = UUID(self._progress.cursor.removeprefix(_ROWS) or str(uuid.UUID(int=0)))
        ours = Segment.objects.filter(volume=self._place.volume, state__in=_EXPECTED)
        while True:
            chunk = ours.filter(pk__gt=last).order_by("pk")[:_CHUNK]
            found = chunk.values_list("pk", "state", "key_day", "camera__uuid")
            pk = None
            for pk, state, day, camera in found:
                self._row(Slot(camera, day, pk), state)
            if pk is None:
                return
            self.found.rows += len(found)
            last = pk
            self._progress.passed(f"{_ROWS}{last}")

    def holes(self) -> None:
        """Times without footage and without a reason: the recorder died before it could tell."""
        start, end = self._moment - _HOLES_OF, self._moment - self._min_age
        for camera in RecordingPlan.objects.values_list("pk", flat=True):
            detail = "Ditemukan saat rekaman dicocokkan."
            self.found.holes += gaps.book_holes(
                camera, start=start, end=end, detail=detail, by=self._by
            )

    def end(self) -> None:
        self._progress.end()
        kind, subject = AlarmKind.UNEXPLAINED, str(self._place.volume.pk)
        if strange := self.found.unexplained:
            detail = f"{self._place.volume.label}: {len(strange)}, misalnya {strange[0][:120]}."
            facts = {"count": len(strange), "detail": detail}
            alarms.raise_(kind, subject, facts, by=self._by)
        else:
            alarms.clear(kind, subject, by=self._by)

    # Files ---------------------------------------------------------------------------------

    def _folder(self, here: str, files: Files) -> None:
        slots: dict[UUID, Files] = defaultdict(dict)
        where = camera_and_day(here)
        for name, status in files.items():
            stem, dot, suffix = name.rpartition(".")
            segment = segment_of(stem) if where and dot + suffix in _SUFFIXES else None
            if segment is None:
                self._foreign(f"{here}/{name}".lstrip("/"))
            else:
                slots[segment][dot + suffix] = status
        if where is None:
            return
        for segment in self._doubtful(slots):
            slot = Slot(*where, segment)
            row = Segment.objects.select_related("camera").filter(pk=segment).first()
            try:
                self._judge(slot, set(slots[segment]), row)
            except OSError as error:
                self._sick(slot.base, error)

    def _doubtful(self, slots: dict[UUID, Files]) -> list[UUID]:
        """Those whose file is not simply there, as long as its row says."""
        kept = Segment.objects.filter(pk__in=list(slots), volume=self._place.volume, state__in=KEPT)
        rows = dict(kept.values_list("pk", "bytes"))
        return [
            segment
            for segment, files in slots.items()
            if placing.PART in files
            or placing.FILM not in files
            or files[placing.FILM].st_size != rows.get(segment)
        ]

    def _judge(self, slot: Slot, suffixes: set[str], row: Segment | None) -> None:
        elsewhere = row is not None and row.volume_id != self._place.volume.pk
        if placing.PART in suffixes and not elsewhere:
            self._part(slot, row)
        elif row is not None and row.state in _STILL_THERE and not elsewhere:
            if placing.FILM in suffixes and self._size(slot) != row.bytes and self._is_still(row):
                self._tell(f"ukuran berkas {slot.segment} berubah")
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
        if row is not None and (
            row.state == SegmentState.PURGED or row.volume_id != self._place.volume.pk
        ):
            return False
        facts = placing.facts_beside(self._place.root, slot.base)
        if facts is None or facts.size != self._size(slot):
            return False
        return salvage.adopt(facts, by=self._by) is Outcome.KEPT

    # Rows ----------------------------------------------------------------------------------

    def _row(self, slot: Slot, state: str) -> None:
        if placing.exists(self._place.root, slot.base + placing.FILM):
            return
        if state in KEPT:
            if Segment.objects.filter(pk=slot.segment, state=state).exists():
                self._tell(f"baris {slot.segment} tanpa berkas")
        elif not placing.exists(self._place.root, slot.base + placing.PART):
            self._without_file(slot.segment)

    def _without_file(self, pk: UUID) -> None:
        """A row whose file never came, or is gone."""
        row = Segment.objects.filter(pk=pk).first()
        if row is None:
            return
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

    # What nobody knows ---------------------------------------------------------------------

    def _tell(self, what: str) -> None:
        if what not in self._told:
            self._told.add(what)
            self.found.unexplained.append(what)

    def _sick(self, path: str, error: OSError) -> None:
        """Told, and it keeps nothing else from being looked at."""
        log.error("%s: %s", path, error)
        self._tell(f"{path} ({error.strerror})")

    def _foreign(self, path: str) -> None:
        """A name that is no segment's: a sidecar half written by a killed process, or a stray."""
        try:
            if not path.endswith(placing.FACTS + durable.TEMPORARY):
                self._stray(path)
            elif self._age(path) > _INSTANT:
                os.unlink(path, dir_fd=self._place.root)
                self.found.removed += 1
        except FileNotFoundError:
            return
        except OSError as error:
            self._sick(path, error)

    def _stray(self, path: str) -> None:
        try:
            if self._age(path) < self._min_age:
                self.found.young += 1
                return
        except FileNotFoundError:
            return
        first = self._progress.sightings.first_seen(path, self._moment)
        self._tell(path)
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
    plan = RecordingPlan.objects.filter(camera=row.camera_id).select_related("policy").first()
    since = max(row.started_at or row.prepared_at, until - LONGEST_SEGMENT)
    return Segment.objects.filter(
        pk=row.pk, state__in=[SegmentState.PREPARED, SegmentState.OPEN]
    ).update(
        state=SegmentState.LOST,
        started_at=min(since, until),
        ended_at=until,
        expires_at=until + plan.keep_for if plan else None,
    )
