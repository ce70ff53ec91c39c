"""Where the segment keys live: outside the database, destroyed without trace of a copy.

Layout: `<camera>.<day>.keys`, one sealed file a camera-day; `epoch-<n>.key`, the 32 bytes that
seal them; `lock`. Every file says under which epoch it is sealed. A rotation first creates the
next epoch, then re-seals every file, then destroys the old epoch's key: at any instant each file
opens under a key that still exists, and after it no older copy of any file opens at all.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

from cctvportal.common import crash
from recordings.media import durable, keyfile
from recordings.media.errors import KeyMissing, KeyReused, KeystoreDamaged
from recordings.media.keyfile import KEY_BYTES, Shelf

_EPOCH_BYTES = 32
_ATTEMPTS = 8


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

    @property
    def epoch(self) -> int:
        """Number of the newest epoch, 0 while the keystore is empty."""
        return max(self._epochs(), default=0)

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
            rows = self._rows_or_set_aside(shelf)
            if any(keyfile.find(rows, segment) for segment in keys):
                raise KeyReused("Segmen ini sudah mempunyai kunci")
            offered = set(keys.values())
            if len(offered) < len(keys) or offered & keyfile.values(rows):
                raise KeyReused("Satu kunci tidak boleh dipakai dua segmen")
            epoch = self.epoch or self._new_epoch(1)
            blob = keyfile.seal(shelf, epoch, self._secret(epoch), rows + keyfile.pack(keys))
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

    def segments(self, camera: UUID, day: date) -> frozenset[UUID]:
        """The segments of a camera-day that have a key. Raises KeystoreDamaged."""
        return keyfile.segments(self._read(Shelf(camera, day)))

    def destroy(self, refs: Iterable[SegmentRef]) -> Destruction:
        """Destroy these keys, and every older copy of the whole keystore with them.

        May be killed anywhere and repeated: a repeat finishes what was begun and tells keys
        already gone as `absent`. Raises KeystoreDamaged, before anything is destroyed, when a
        re-sealed file does not read back.
        """
        asked: dict[Shelf, set[UUID]] = defaultdict(set)
        wanted = tuple(dict.fromkeys(refs))
        for ref in wanted:
            asked[Shelf(ref.camera, ref.day)].add(ref.segment)
        with self._locked():
            return self._destroy(wanted, asked)

    def _destroy(
        self, wanted: tuple[SegmentRef, ...], asked: dict[Shelf, set[UUID]]
    ) -> Destruction:
        before = self.epoch
        held, unreadable = self._open_all()
        if unreadable and not held:
            # One bad epoch key looks like many bad files: shredding it could not be undone.
            raise KeystoreDamaged("Tidak satu pun berkas kunci terbuka; periksa kunci epoch")
        gone = tuple(
            ref
            for ref in wanted
            if keyfile.find(held.get(Shelf(ref.camera, ref.day), b""), ref.segment)
        )
        present = frozenset(gone)
        absent = tuple(ref for ref in wanted if ref not in present)
        doubtful = any(shelf.name in unreadable for shelf in asked)
        if not (gone or doubtful or self._unfinished()):
            return Destruction(before, before, (), absent, unreadable)
        after = self._new_epoch(before + 1)
        crash.step("keys.epoch_made")
        for shelf in asked.keys() & held.keys():
            held[shelf] = keyfile.without(held[shelf], asked[shelf])
        self._reseal(held, after)
        self._prove(held, after)
        crash.step("keys.proved")
        for epoch in self._epochs():
            if epoch < after:
                durable.shred(self._epoch_path(epoch))
        crash.step("keys.epochs_gone")
        return Destruction(before, after, gone, absent, unreadable)

    def _open_all(self) -> tuple[dict[Shelf, bytes], tuple[str, ...]]:
        held: dict[Shelf, bytes] = {}
        unreadable: list[str] = []
        for name in self._names(".keys"):
            try:
                shelf = Shelf.of(name)
                held[shelf] = self._read(shelf)
            except KeystoreDamaged:
                unreadable.append(name)
        return held, tuple(unreadable)

    def _unfinished(self) -> bool:
        # Leftovers of a killed writer: an older epoch's key, or a file not yet renamed.
        return len(self._epochs()) > 1 or bool(self._names(durable.TEMPORARY))

    def _reseal(self, held: Mapping[Shelf, bytes], epoch: int) -> None:
        secret = self._secret(epoch)
        sealed: list[tuple[Path, bytes]] = []
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
            (self._folder / leftover).unlink()
        crash.step("keys.leftovers_gone")
        durable.sync_folder(self._folder)
        crash.step("keys.folder_synced")

    def _prove(self, held: Mapping[Shelf, bytes], epoch: int) -> None:
        # The old epoch's key goes only after what shall remain was read back from the files.
        secret = self._secret(epoch)
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
                return keyfile.unseal(shelf, self._secret(keyfile.epoch_of(shelf, blob)), blob)
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

    def _new_epoch(self, number: int) -> int:
        if number == 1 and self._names(".keys"):
            raise KeystoreDamaged("Kunci epoch hilang, sedangkan berkas kunci masih ada")
        durable.replace(self._epoch_path(number), secrets.token_bytes(_EPOCH_BYTES))
        return number

    def _secret(self, epoch: int) -> bytes:
        fd = os.open(self._epoch_path(epoch), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            if os.fstat(fd).st_mode & 0o077:
                raise KeystoreDamaged("Kunci epoch dapat dibaca akun lain; batasi ke 0600")
            secret = os.read(fd, _EPOCH_BYTES + 1)
        finally:
            os.close(fd)
        if len(secret) != _EPOCH_BYTES:
            raise KeystoreDamaged("Kunci epoch tidak utuh")
        return secret

    def _epoch_path(self, number: int) -> Path:
        return self._folder / f"epoch-{number:08d}.key"

    def _epochs(self) -> list[int]:
        return [int(name[6:-4]) for name in self._names(".key") if name.startswith("epoch-")]

    def _names(self, suffix: str) -> list[str]:
        with os.scandir(self._folder) as entries:
            return sorted(entry.name for entry in entries if entry.name.endswith(suffix))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        fd = os.open(self._folder / "lock", flags, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            for epoch in self._epochs():
                self._secret(epoch)
            yield
        finally:
            os.close(fd)
