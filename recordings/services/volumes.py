"""Volumes are known by their marker, never by their path alone (recording.md, traps 6, 10, 14)."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings

from recordings.media.keystore import Keystore
from recordings.models import Volume

MARKER: Final = ".portal-volume.json"


class VolumeUnavailable(Exception):  # noqa: N818 - named for what happened
    """The disk is not there, is another one, or cannot be used; the sentence is Indonesian."""


@dataclass(frozen=True, slots=True)
class OpenVolume:
    """A volume whose marker was read through `root`, an open directory descriptor."""

    volume: Volume
    root: int
    device: int

    @property
    def free_bytes(self) -> int:
        """What may still be written above the reserve; may be negative."""
        room = os.fstatvfs(self.root)
        return room.f_bavail * room.f_frsize - self.volume.reserve_bytes

    @property
    def free_files(self) -> int:
        """How many more files the filesystem takes; a large number where it does not count them."""
        room = os.fstatvfs(self.root)
        return room.f_favail if room.f_files else sys.maxsize

    def check(self) -> None:
        """Raises VolumeUnavailable when the path no longer leads to this very disk."""
        try:
            here = Path(self.volume.path).stat()
        except OSError as error:
            raise VolumeUnavailable(absent(self.volume)) from error
        if (here.st_dev, here.st_ino) != (self.device, os.fstat(self.root).st_ino):
            raise VolumeUnavailable(absent(self.volume))


def absent(volume: Volume) -> str:
    """What to do about a disk that is not there, as a sentence."""
    return f"Media simpan {volume.label} tidak terpasang. Pasang media itu, lalu coba lagi."


def keystore() -> Keystore:
    """The keystore of this node, outside the database."""
    return Keystore(settings.PORTAL_DATA_DIR / "keystore")


def there() -> list[Volume]:
    """The volumes whose disk is here and is their own."""
    return [volume for volume in Volume.objects.order_by("pk") if _is_there(volume)]


def _is_there(volume: Volume) -> bool:
    try:
        with opened(volume):
            return True
    except VolumeUnavailable:
        return False


def prepare(volume: Volume) -> None:
    """Makes the folder and writes the marker of a new volume; an existing marker must be its own.

    Raises VolumeUnavailable when the folder belongs to another volume or cannot be written.
    """
    folder = Path(volume.path)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        body = json.dumps({"volume": str(volume.pk)})
        descriptor = os.open(folder / MARKER, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        with opened(volume):
            return
    except OSError as error:
        raise VolumeUnavailable(
            f"Folder {folder} tidak dapat ditulis ({error.strerror})."
        ) from error
    with os.fdopen(descriptor, "w") as handle:
        handle.write(body)
        handle.flush()
        os.fsync(handle.fileno())


@contextmanager
def opened(volume: Volume) -> Iterator[OpenVolume]:
    """The volume behind an open directory descriptor, its marker read through that descriptor.

    Raises VolumeUnavailable when the folder or the marker is missing, or is another volume's.
    """
    try:
        root = os.open(volume.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise VolumeUnavailable(absent(volume)) from error
    try:
        yield OpenVolume(volume, root, _marked(volume, root))
    finally:
        os.close(root)


def _marked(volume: Volume, root: int) -> int:
    try:
        descriptor = os.open(MARKER, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=root)
        with os.fdopen(descriptor) as handle:
            found = json.load(handle).get("volume")
    except (OSError, ValueError) as error:
        raise VolumeUnavailable(absent(volume)) from error
    if found != str(volume.pk):
        raise VolumeUnavailable(f"Di {volume.path} terpasang media simpan lain.")
    return os.fstat(root).st_dev
