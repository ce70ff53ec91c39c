"""Where the segment keys live: outside the database, destroyed without trace of a copy.

Layout: `<camera>.<day>.keys`, one sealed file a camera-day; `epoch-<n>.<day>.key`, what seals the
files of that day; `lock`. Every file says under which epoch it is sealed. A rotation of a day first
creates its next epoch, then re-seals the day's files, then destroys the old epoch's key: at any
instant each file opens under a key that still exists, and after it no older copy of any of them
opens at all. Days have nothing in common, so that destroying a day's keys costs as much with a
thousand days in the keystore as with one, and keeps a recorder waiting no longer.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

from cctvportal.common import crash
from recordings.media import durable, keyfile
from recordings.media.epochs import Epochs
from recordings.media.errors import KeyMissing, KeyReused, KeystoreDamaged
from recordings.media.keyfile import KEY_BYTES, Shelf

_KEYS = ".keys"
_ATTEMPTS = 8
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class SegmentRef:
    """One segment's key; `day` is the UTC date on which the segment was prepared."""

    camera: UUID
    day: date
    segment: UUID


@dataclass(frozen=True, slots=True)
class Destruction:
    """What a destroy did; `unreadable` files hold nothing that still opens and were left alone."""

    epoch_before: int
    epoch_after: int
    destroyed: tuple[SegmentRef, ...]
    absent: tuple[SegmentRef, ...]
    unreadable: tuple[str, ...] = ()


class Keystore:
    """16-byte AES keys by camera, UTC day and segment. Safe for several processes and threads.

    Nothing read is kept in memory: what is destroyed is gone for every reader at once.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._epochs = Epochs(folder)

    @property
    def epoch(self) -> int:
        """Number of the newest epoch of all days, 0 while the keystore is empty."""
        return self._epochs.newest

    def put(self, camera: UUID, day: date, keys: Mapping[UUID, bytes]) -> None:
        """Store keys, durable on return.

        Raises KeyReused when a segment has a key already or a key serves two segments, and
        ValueError when a key is not 16 bytes. A camera-day file that no longer opens is set
        aside under another name: it can never be read again, and recording must go on.
        """
        if any(len(key) != KEY_BYTES for key in keys.values()):
            raise ValueError("a segment key has 16 bytes")
        shelf = Shelf(camera, day)
        with self._locked():
            # First the epoch's key: a file is not set aside because that is damaged.
            epoch = self._epoch_for_writing(day)
            secret = self._epochs.secret(day, epoch)
            rows = self._rows_or_set_aside(shelf)
            if any(keyfile.find(rows, segment) for segment in keys):
                raise KeyReused("Segmen ini sudah mempunyai kunci")
            offered = set(keys.values())
            if len(offered) < len(keys) or any(keyfile.gives_out(rows, key) for key in offered):
                raise KeyReused("Satu kunci tidak boleh dipakai dua segmen")
            blob = keyfile.seal(shelf, epoch, secret, rows + keyfile.pack(keys))
            durable.replace(self._folder / shelf.name, blob)

    def get(self, camera: UUID, day: date, segment: UUID) -> bytes:
        """One segment's key. Raises KeyMissing when it is not there or cannot be opened."""
        try:
            key = keyfile.find(self._read(Shelf(camera, day)), segment)
        except KeystoreDamaged as error:
            raise KeyMissing("Kunci segmen ini tidak dapat dibuka lagi") from error
        if key is None:
            raise KeyMissing("Kunci segmen ini tidak ada")
        return key

    def has(self, ref: SegmentRef) -> bool:
        """Whether the key can be read now."""
        try:
            self.get(ref.camera, ref.day, ref.segment)
        except KeyMissing:
            return False
        return True

    def readable(self, refs: Iterable[SegmentRef]) -> frozenset[SegmentRef]:
        """Those of `refs` whose key can be read now; each file is opened once."""
        found: set[SegmentRef] = set()
        for shelf, segments in _by_shelf(refs).items():
            try:
                there = keyfile.present(self._read(shelf), segments)
            except KeystoreDamaged:
                continue
            found |= {SegmentRef(shelf.camera, shelf.day, segment) for segment in there}
        return frozenset(found)

    def segments(self, camera: UUID, day: date) -> frozenset[UUID]:
        """The segments of a camera-day that have a key. Raises KeystoreDamaged."""
        return keyfile.segments(self._read(Shelf(camera, day)))

    def destroy(self, refs: Iterable[SegmentRef]) -> Destruction:
        """Destroy these keys, and every older copy of the keystore files of their days with them.

        Day by day, with the lock held and one day's files in memory at a time. May be killed
        anywhere and repeated: a repeat finishes what was begun and tells keys already gone as
        `absent`. Raises KeystoreDamaged, before anything of a day is destroyed, when its epoch's
        key is damaged or a re-sealed file does not read back.
        """
        wanted = tuple(dict.fromkeys(refs))
        asked = _by_shelf(wanted)
        shared, before = self._epochs.shared(), self.epoch
        gone: set[UUID] = set()
        unreadable: list[str] = []
        days = {shelf.day for shelf in asked} | self._begun()
        for day in sorted(days | self._days() if shared else days):
            with self._locked():
                theirs = {shelf: asked[shelf] for shelf in asked if shelf.day == day}
                found, torn = self._destroy(day, theirs, anyway=bool(shared))
            gone |= found
            unreadable += torn
        with self._locked():
            for number in self._epochs.shared():
                self._epochs.shred(None, number)
            self._epochs.prune(self._days())
        crash.step("keys.epochs_gone")
        return Destruction(
            before,
            self.epoch,
            tuple(ref for ref in wanted if ref.segment in gone),
            tuple(ref for ref in wanted if ref.segment not in gone),
            tuple(unreadable),
        )

    def _destroy(
        self, day: date, asked: Mapping[Shelf, set[UUID]], *, anyway: bool
    ) -> tuple[set[UUID], list[str]]:
        """One day: the segments whose keys went, and the names of files that do not open."""
        old = self._epochs.of(day)
        for epoch in old[-1:]:
            # Shredding files that only look damaged because their key is could not be undone.
            self._epochs.secret(day, epoch)
        held, unreadable = self._open(day)
        if anyway and unreadable and not held:
            raise KeystoreDamaged("Tidak satu pun berkas kunci terbuka; periksa kunci epoch")
        gone = {
            segment
            for shelf in asked.keys() & held.keys()
            for segment in keyfile.present(held[shelf], asked[shelf])
        }
        doubtful = any(shelf.name in unreadable for shelf in asked)
        if not (anyway or gone or doubtful or day in self._begun()):
            return gone, unreadable
        after = self._epochs.make(day)
        crash.step("keys.epoch_made")
        for shelf in asked.keys() & held.keys():
            held[shelf] = keyfile.without(held[shelf], asked[shelf])
        self._reseal(held, day, after)
        self._prove(held, day, after)
        crash.step("keys.proved")
        for epoch in old:
            self._epochs.shred(day, epoch)
        return gone, unreadable

    def _open(self, day: date) -> tuple[dict[Shelf, bytes], list[str]]:
        held: dict[Shelf, bytes] = {}
        unreadable: list[str] = []
        for name in self._names(f".{day}{_KEYS}"):
            try:
                shelf = Shelf.of(name)
                held[shelf] = self._read(shelf)
            except KeystoreDamaged:
                unreadable.append(name)
        return held, unreadable

    def _days(self) -> set[date]:
        """Days that have a file."""
        days: set[date] = set()
        for name in self._names(_KEYS):
            with suppress(KeystoreDamaged):
                days.add(Shelf.of(name).day)
        return days

    def _begun(self) -> set[date]:
        """Days with something left by a killed writer: an older epoch, or a file not yet named."""
        texts = (
            found[0] for name in self._names(durable.TEMPORARY) if (found := _DAY.search(name))
        )
        return self._epochs.unfinished() | {date.fromisoformat(text) for text in texts}

    def _reseal(self, held: Mapping[Shelf, bytes], day: date, epoch: int) -> None:
        secret = self._epochs.secret(day, epoch)
        sealed: list[tuple[Path, bytes | bytearray]] = []
        for shelf, rows in held.items():
            target = self._folder / shelf.name
            if rows:
                sealed.append((target, keyfile.seal(shelf, epoch, secret, rows)))
            else:
                target.unlink()
        written = durable.write_all_beside(sealed)
        crash.step("keys.resealed")
        for temporary, target in written:
            temporary.replace(target)
            crash.step("keys.replaced")
        for leftover in self._names(durable.TEMPORARY):
            if str(day) in leftover:
                (self._folder / leftover).unlink()
        crash.step("keys.leftovers_gone")
        durable.sync_folder(self._folder)
        crash.step("keys.folder_synced")

    def _prove(self, held: Mapping[Shelf, bytes], day: date, epoch: int) -> None:
        # The old epoch's key goes only after what shall remain was read back from the files.
        secret = self._epochs.secret(day, epoch)
        for shelf, rows in held.items():
            path = self._folder / shelf.name
            if not rows:
                if path.exists():
                    raise KeystoreDamaged(f"Berkas kunci {shelf.name} tidak terhapus")
                continue
            if keyfile.unseal(shelf, secret, path.read_bytes()) != rows:
                raise KeystoreDamaged(f"Berkas kunci {shelf.name} tidak terbaca kembali")

    def _read(self, shelf: Shelf) -> bytes:
        """Rows of a camera-day, empty when there is no file. Raises KeystoreDamaged.

        Readers take no lock. One that meets a rotation between the two reads below finds the
        old epoch's key gone, and looks again at the file, which is re-sealed by then.
        """
        path = self._folder / shelf.name
        seen = b""
        for _ in range(_ATTEMPTS):
            try:
                blob = path.read_bytes()
            except FileNotFoundError:
                return b""
            try:
                epoch = keyfile.epoch_of(shelf, blob)
                return keyfile.unseal(shelf, self._epochs.secret(shelf.day, epoch), blob)
            except (FileNotFoundError, KeystoreDamaged):
                if blob == seen:
                    break
                seen = blob
        raise KeystoreDamaged(f"Berkas kunci {shelf.name} tidak dapat dibuka")

    def _rows_or_set_aside(self, shelf: Shelf) -> bytes:
        try:
            return self._read(shelf)
        except KeystoreDamaged:
            path = self._folder / shelf.name
            path.replace(path.with_name(f"{path.name}.unreadable-{secrets.token_hex(4)}"))
            return b""

    def _epoch_for_writing(self, day: date) -> int:
        """The day's newest epoch; a day without a file may have none, or a half destroyed one."""
        files, own = self._names(f".{day}{_KEYS}"), self._epochs.of(day)
        if own and (files or self._epochs.is_sound(day, own[-1])):
            return own[-1]
        if files and not self._epochs.shared():
            raise KeystoreDamaged("Kunci epoch hilang, sedangkan berkas kunci masih ada")
        return self._epochs.make(day)

    def _names(self, suffix: str) -> list[str]:
        with os.scandir(self._folder) as entries:
            return sorted(entry.name for entry in entries if entry.name.endswith(suffix))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        fd = os.open(self._folder / "lock", flags, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            yield
        finally:
            os.close(fd)


def _by_shelf(refs: Iterable[SegmentRef]) -> dict[Shelf, set[UUID]]:
    found: dict[Shelf, set[UUID]] = defaultdict(set)
    for ref in refs:
        found[Shelf(ref.camera, ref.day)].add(ref.segment)
    return found
