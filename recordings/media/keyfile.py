"""The sealed form of one camera-day of segment keys.

header (36 bytes, authenticated) | nonce (12) | AES-256-GCM over n times (segment uuid 16, key 16)

The header names camera, day and epoch, so that a file moved under another name does not open.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from recordings.media.errors import KeystoreDamaged

KEY_BYTES = 16
_ID_BYTES = 16
_ROW = _ID_BYTES + KEY_BYTES
_NONCE = 12
_TAG = 16
_HEADER = struct.Struct(">4sIQ16sI")
_CLEAR = _HEADER.size + _NONCE  # bytes before what is encrypted
_MAGIC = b"PKS1"


@dataclass(frozen=True, slots=True)
class Shelf:
    """Which camera-day a file belongs to."""

    camera: UUID
    day: date

    @property
    def name(self) -> str:
        return f"{self.camera}.{self.day.isoformat()}.keys"

    @classmethod
    def of(cls, name: str) -> Shelf:
        """Read a file's name; raises KeystoreDamaged when it is none of ours."""
        try:
            camera, day, suffix = name.split(".")
            shelf = cls(UUID(camera), date.fromisoformat(day))
        except ValueError as error:
            raise KeystoreDamaged(f"Nama berkas kunci tidak dikenal: {name}") from error
        if suffix != "keys" or shelf.name != name:
            raise KeystoreDamaged(f"Nama berkas kunci tidak dikenal: {name}")
        return shelf


def seal(shelf: Shelf, epoch: int, secret: bytes, rows: bytes) -> bytearray:
    """Encrypt `rows` for one camera-day under the epoch's key."""
    header = _HEADER.pack(_MAGIC, 0, epoch, shelf.camera.bytes, shelf.day.toordinal())
    nonce = os.urandom(_NONCE)
    blob = bytearray(_CLEAR + len(rows) + _TAG)
    blob[:_CLEAR] = header + nonce
    AESGCM(secret).encrypt_into(nonce, rows, header, memoryview(blob)[_CLEAR:])
    return blob


def epoch_of(shelf: Shelf, blob: bytes) -> int:
    """Tell under which epoch a file is sealed; raises KeystoreDamaged for a foreign file."""
    if len(blob) < _CLEAR:
        raise KeystoreDamaged(f"Berkas kunci {shelf.name} terpotong")
    magic, _, epoch, camera, day = _HEADER.unpack_from(blob)
    if (magic, camera, day) != (_MAGIC, shelf.camera.bytes, shelf.day.toordinal()):
        raise KeystoreDamaged(f"Berkas kunci {shelf.name} bukan milik kamera dan hari ini")
    return int(epoch)


def unseal(shelf: Shelf, secret: bytes, blob: bytes) -> bytes:
    """Decrypt a camera-day; raises KeystoreDamaged when key or bytes are wrong."""
    view = memoryview(blob)  # a day's rows are some 46 kB, and every refill opens them
    header, nonce, sealed = view[: _HEADER.size], view[_HEADER.size : _CLEAR], view[_CLEAR:]
    try:
        return AESGCM(secret).decrypt(nonce, sealed, header)
    except InvalidTag as error:
        raise KeystoreDamaged(f"Berkas kunci {shelf.name} tidak dapat dibuka") from error


def find(rows: bytes, segment: UUID) -> bytes | None:
    """Look one segment up without building a table of all: reading is hot in playback."""
    at = _aligned(rows, segment.bytes, 0)
    return rows[at + _ID_BYTES : at + _ROW] if at >= 0 else None


def gives_out(rows: bytes, key: bytes) -> bool:
    """Whether a segment here has this key already."""
    return _aligned(rows, key, _ID_BYTES) >= 0


def _aligned(rows: bytes, wanted: bytes, column: int) -> int:
    """Where `wanted` stands in its column, -1 when it does not; no object a row is made."""
    at = rows.find(wanted)
    while at >= 0 and at % _ROW != column:
        at = rows.find(wanted, at + 1)
    return at


def segments(rows: bytes) -> frozenset[UUID]:
    """The segments that have a key here."""
    return frozenset(UUID(bytes=rows[at : at + _ID_BYTES]) for at in range(0, len(rows), _ROW))


def present(rows: bytes, asked: set[UUID]) -> set[UUID]:
    """Those of `asked` that have a key here."""
    ids = {rows[at : at + _ID_BYTES] for at in range(0, len(rows), _ROW)}
    return {segment for segment in asked if segment.bytes in ids}


def pack(keys: Mapping[UUID, bytes]) -> bytes:
    """Rows for these keys; rows may be joined by adding them up."""
    return b"".join(segment.bytes + key for segment, key in keys.items())


def without(rows: bytes, gone: set[UUID]) -> bytes:
    """The rows whose segment is not in `gone`."""
    ids = {segment.bytes for segment in gone}
    kept = (rows[at : at + _ROW] for at in range(0, len(rows), _ROW))
    return b"".join(row for row in kept if row[:_ID_BYTES] not in ids)
