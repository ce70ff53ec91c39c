"""I1 and I2: each kept row has its file and key, each file its one row. And half of I6.

Camera by camera and day by day: the rows first, then the folder, then the keys. What does not fit
is read again in the other order, row after file, so that a segment sealed or purged meanwhile is no
alarm: no row is kept, not kept, and kept again (migration 0002), so one that was kept before and
after its file was missed has lost it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Final, NamedTuple
from uuid import UUID

from devices.models import Camera
from recordings.enums import SegmentState
from recordings.media import placing, reader
from recordings.media.errors import HashMismatch, KeystoreDamaged
from recordings.models import Segment
from recordings.models.segment import KEPT
from recordings.services import volumes
from recordings.services.reconcile import QUARANTINE
from recordings.services.verify.survey import Level, Survey
from recordings.services.verify.tree import Folder, camera_days, left_by_its_writer
from recordings.services.volumes import OpenVolume, VolumeUnavailable

_HAS_FILE: Final = (*KEPT, SegmentState.DOOMED)
_CHUNK: Final = 5000


class _Row(NamedTuple):
    day: date
    pk: UUID
    state: str
    bytes: int
    sha256: str


def check(survey: Survey) -> None:
    for volume in survey.volumes:
        survey.count("volumes")
        try:
            with volumes.opened(volume) as place:
                _Look(survey, place).all()
                place.check()
        except VolumeUnavailable as error:
            survey.violated("I1", f"media simpan {volume.label}", str(error))


@dataclass(slots=True)
class _Day:
    """One camera's day on one volume, as it was met: rows, then files, then keys."""

    camera: Camera
    day: date
    rows: dict[UUID, _Row]
    folder: Folder
    keys: frozenset[UUID] | None
    again: set[UUID] = field(default_factory=set)


class _Look:
    def __init__(self, survey: Survey, place: OpenVolume) -> None:
        self._survey, self._place = survey, place
        self._keys = volumes.keystore()

    def all(self) -> None:
        tree = camera_days(self._place.root)
        for path in tree.foreign:
            self._foreign(path)
        for camera in Camera.objects.order_by("pk"):
            self._camera(camera, tree.days.pop(camera.uuid, {}))
        for days in tree.days.values():
            for path in days.values():
                self._foreign(path)

    def _camera(self, camera: Camera, folders: dict[date, str]) -> None:
        for day, rows in groupby(self._rows(camera), key=itemgetter(0)):
            self._day(camera, day, {row.pk: row for row in rows}, folders.pop(day, ""))
        for day, path in folders.items():
            self._day(camera, day, {}, path)

    def _rows(self, camera: Camera) -> Iterator[_Row]:
        """All but those that are gone, which a file or a key asks for by itself."""
        mine = Segment.objects.filter(camera=camera, volume=self._place.volume)
        there = mine.exclude(state=SegmentState.PURGED).order_by("key_day")
        columns = there.values_list("key_day", "pk", "state", "bytes", "sha256")
        return (_Row(*found) for found in columns.iterator(_CHUNK))

    def _day(self, camera: Camera, day: date, rows: dict[UUID, _Row], path: str) -> None:
        path = path or f"{camera.uuid}/{day:%Y/%m/%d}"
        sizes = self._survey.level >= Level.SIZE
        folder = Folder.read(self._place.root, path, sizes=sizes)
        seen = _Day(camera, day, rows, folder, self._keys_of(camera, day))
        for foreign in folder.foreign:
            self._foreign(foreign)
        self._survey.count("rows", len(rows))
        self._survey.count("files", folder.files)
        self._survey.count("keys", len(seen.keys or ()))
        self._rows_without(seen)
        self._files_without(seen)
        self._second_look(seen)

    def _keys_of(self, camera: Camera, day: date) -> frozenset[UUID] | None:
        try:
            return self._keys.segments(camera.uuid, day)
        except KeystoreDamaged as error:
            self._survey.violated("I1", f"kunci kamera {camera.name} {day}", str(error))
            return None

    def _rows_without(self, seen: _Day) -> None:
        for row in seen.rows.values():
            if row.state not in KEPT:
                continue
            if placing.FILM not in seen.folder.names.get(row.pk, ()) or (
                seen.keys is not None and row.pk not in seen.keys
            ):
                seen.again.add(row.pk)
            elif self._survey.level >= Level.SIZE:
                self._content(seen, row)

    def _content(self, seen: _Day, row: _Row) -> None:
        self._survey.count("sizes")
        if seen.folder.sizes.get(row.pk) != row.bytes:
            seen.again.add(row.pk)
        elif self._survey.level >= Level.HASH:
            self._survey.count("hashes")
            self._survey.count("bytes_hashed", row.bytes)
            if self._hash(f"{seen.folder.path}/{row.pk}{placing.FILM}", row.sha256):
                seen.again.add(row.pk)

    def _files_without(self, seen: _Day) -> None:
        for segment, names in seen.folder.names.items():
            row = seen.rows.get(segment)
            if row is None or row.state not in _HAS_FILE or placing.PART in names:
                seen.again.add(segment)
        if seen.keys is not None:
            seen.again |= seen.keys - seen.rows.keys()

    def _second_look(self, seen: _Day) -> None:
        """The doubtful ones: file and key as they are now, and then the row as it is after."""
        for chunk in _chunks(sorted(seen.again)):
            files = {segment: self._files(seen.folder.path, segment) for segment in chunk}
            keys = self._keys_of(seen.camera, seen.day) if seen.keys is not None else None
            rows = Segment.objects.in_bulk(chunk)
            for segment in chunk:
                row = rows.get(segment)
                if row is not None and row.state == SegmentState.PURGED:
                    self._purged(row, seen)
                    continue
                if row is None and keys is not None and segment in keys:
                    self._survey.keys_without_row.add(segment)
                if row is not None and row.state in KEPT and _was_kept(seen, row):
                    self._kept(seen, row, files[segment], keys)
                self._explain(seen, segment, row)

    def _kept(
        self, seen: _Day, row: Segment, files: dict[str, int], keys: frozenset[UUID] | None
    ) -> None:
        subject = f"potongan {row.pk}"
        if keys is not None and row.pk not in keys:
            self._survey.violated("I1", subject, "kuncinya tidak ada")
        if row.volume_id != self._place.volume.pk or row.key_day != seen.day:
            return
        if placing.FILM not in files:
            self._survey.violated("I1", subject, "berkasnya tidak ada")
        elif self._survey.level >= Level.SIZE and files[placing.FILM] != row.bytes:
            told = f"panjangnya {files[placing.FILM]}, seharusnya {row.bytes} bita"
            self._survey.violated("I1", subject, told)
        elif self._survey.level >= Level.HASH:
            path = f"{seen.folder.path}/{row.pk}{placing.FILM}"
            if sentence := self._hash(path, row.sha256):
                self._survey.violated("I1", subject, sentence)

    def _purged(self, row: Segment, seen: _Day) -> None:
        """Gone by its row: no file may be there after that. `tombs` looks for the key."""
        for suffix in self._files(seen.folder.path, row.pk):
            told = f"sudah dihapus, tetapi berkas {suffix} masih ada"
            self._survey.violated("I6", f"potongan {row.pk}", told)

    def _explain(self, seen: _Day, segment: UUID, row: Segment | None) -> None:
        """I2: a file without a row of its own must be at work, young, or on its way."""
        base = f"{seen.folder.path}/{segment}"
        for suffix in self._files(seen.folder.path, segment):
            path = base + suffix
            if row is not None and (row.camera_id, row.key_day, row.volume_id) != (
                seen.camera.pk,
                seen.day,
                self._place.volume.pk,
            ):
                self._survey.violated("I2", path, "barisnya menunjuk ke tempat lain")
            elif suffix == placing.PART:
                self._part(path, base)
            elif row is None or row.state not in _HAS_FILE:
                self._foreign(path)

    def _part(self, path: str, base: str) -> None:
        self._survey.count("parts")
        if self._is_old(path) and left_by_its_writer(self._place.root, base):
            self._survey.violated("I2", path, "tertinggal oleh perekam dan belum disimpan")

    def _foreign(self, path: str) -> None:
        if path.startswith(f"{QUARANTINE}/"):
            self._survey.count("quarantined")
        elif self._is_old(path):
            self._survey.violated("I2", path, "tidak ada barisnya")
        else:
            self._survey.count("young")

    def _files(self, path: str, segment: UUID) -> dict[str, int]:
        """Suffix and length of what is there under the segment's name now."""
        found = {}
        for suffix in (placing.PART, placing.FILM, placing.FACTS):
            try:
                name = f"{path}/{segment}{suffix}"
                status = os.stat(name, dir_fd=self._place.root, follow_symlinks=False)
            except (FileNotFoundError, NotADirectoryError):
                continue
            if stat.S_ISREG(status.st_mode):
                found[suffix] = status.st_size
        return found

    def _is_old(self, path: str) -> bool:
        try:
            status = os.stat(path, dir_fd=self._place.root, follow_symlinks=False)
        except FileNotFoundError:
            return False
        return self._survey.moment.timestamp() - status.st_mtime >= (
            self._survey.min_age.total_seconds()
        )

    def _hash(self, path: str, sha256: str) -> str:
        """A sentence when the file cannot be read or is not what was recorded, else empty."""
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            descriptor = os.open(path, flags, dir_fd=self._place.root)
        except OSError as error:
            return f"tidak dapat dibuka ({error.strerror})"
        try:
            reader.verify(descriptor, sha256)
        except HashMismatch:
            return "isinya tidak sama dengan saat direkam"
        except OSError as error:
            return f"tidak terbaca ({error.strerror})"
        finally:
            os.close(descriptor)
        return ""


def _was_kept(seen: _Day, row: Segment) -> bool:
    before = seen.rows.get(row.pk)
    return before is not None and before.state in KEPT


def _chunks(segments: list[UUID]) -> Iterator[list[UUID]]:
    for start in range(0, len(segments), _CHUNK):
        yield segments[start : start + _CHUNK]
