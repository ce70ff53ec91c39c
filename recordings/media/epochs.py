"""The keys that seal the keystore's files: one epoch for each day of recording.

`epoch-<n>.<day>.key` holds 32 random bytes and the first half of their SHA-256, so that a key gone
bad is told from files gone bad. Numbers rise over all days and none is used twice: the newest stays
even when its day has no file left. A day with two epochs is one whose rotation was killed.

The first keystores had one epoch for all days, `epoch-<n>.key` without a check; their files open
until the next destruction seals them anew.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Final

from recordings.media import durable
from recordings.media.errors import KeystoreDamaged

_SECRET_BYTES: Final = 32
_CHECK_BYTES: Final = 16
_NAME: Final = re.compile(r"epoch-(\d{8,})(?:\.(\d{4}-\d\d-\d\d))?\.key")


class Epochs:
    """The epoch keys of one keystore folder. Whoever changes them holds the keystore's lock."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def newest(self) -> int:
        """The highest number of all days, 0 in an empty keystore."""
        return max((number for number, _day in self._all()), default=0)

    def of(self, day: date) -> list[int]:
        """The day's own epochs, oldest first; more than one while a rotation is under way."""
        return sorted(number for number, theirs in self._all() if theirs == day)

    def shared(self) -> list[int]:
        """Epochs for all days, as the first keystores had them."""
        return sorted(number for number, day in self._all() if day is None)

    def unfinished(self) -> set[date]:
        """Days whose rotation was begun and not ended."""
        days = [day for _number, day in self._all() if day is not None]
        return {day for day in days if days.count(day) > 1}

    def make(self, day: date) -> int:
        """A new epoch of the day, durable on return; its number is the highest."""
        number = self.newest + 1
        secret = secrets.token_bytes(_SECRET_BYTES)
        durable.replace(self._path(number, day), secret + _check(secret))
        return number

    def secret(self, day: date, number: int) -> bytes:
        """The 32 bytes that seal this day's files. Raises FileNotFoundError, KeystoreDamaged."""
        try:
            return _read(self._path(number, day))
        except FileNotFoundError:
            return _read(self._path(number, None))

    def is_sound(self, day: date, number: int) -> bool:
        """Whether the key is whole; one whose destruction was killed is not."""
        try:
            self.secret(day, number)
        except KeystoreDamaged:
            return False
        return True

    def shred(self, day: date | None, number: int) -> None:
        """Destroys an epoch's key: whatever is sealed under it never opens again."""
        durable.shred(self._path(number, day))

    def prune(self, days: Collection[date]) -> None:
        """Shreds the epochs of days that have no file any more (not in `days`)."""
        found = self._all()
        newest = max((number for number, _day in found), default=0)
        for number, day in found:
            if day is not None and day not in days and number != newest:
                self.shred(day, number)

    def _all(self) -> list[tuple[int, date | None]]:
        with os.scandir(self._folder) as entries:
            matches = [_NAME.fullmatch(entry.name) for entry in entries]
        return [
            (int(match[1]), date.fromisoformat(match[2]) if match[2] else None)
            for match in matches
            if match
        ]

    def _path(self, number: int, day: date | None) -> Path:
        return self._folder / f"epoch-{number:08d}.{f'{day}.' if day else ''}key"


def _check(secret: bytes) -> bytes:
    return hashlib.sha256(secret).digest()[:_CHECK_BYTES]


def _read(path: Path) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        if os.fstat(descriptor).st_mode & 0o077:
            raise KeystoreDamaged("Kunci epoch dapat dibaca akun lain; batasi ke 0600")
        found = os.read(descriptor, _SECRET_BYTES + _CHECK_BYTES + 1)
    finally:
        os.close(descriptor)
    secret, check = found[:_SECRET_BYTES], found[_SECRET_BYTES:]
    unchecked = not check and path.name.count(".") == 1
    if len(secret) != _SECRET_BYTES or not (unchecked or check == _check(secret)):
        raise KeystoreDamaged("Kunci epoch tidak utuh")
    return secret
