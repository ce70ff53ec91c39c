"""Room for the exports' spools, on the disk of the data folder.

Keys and tombstones lie there too, and with one disk the footage itself: an export that fills it
would end all recording. So it begins only with room for the whole camera above a reserve, and gives
its own back as soon as somebody else has used that up.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

from django.conf import settings

from cctvportal.jobs.registry import JobFailed, JobWaits
from recordings.models import Volume

_LEAST: Final = 1 << 30
_LEAST_SHARE: Final = 20  # of a small disk: a twentieth
# The least important camera stops at 1.8 times its volume's reserve (recorder/disks.py).
_RESERVES: Final = 2
_AGAIN: Final = 60.0
NO_ROOM: Final = (
    "Ruang di disk portal belum cukup untuk menyiapkan salinan. Minta admin TI menambahnya."
)
_TOO_LARGE: Final = (
    "Rekaman satu kamera dalam rentang ini lebih besar daripada ruang di disk portal. Minta admin "
    "TI memindahkan folder data ke disk yang lebih besar."
)

_lock = threading.Lock()
_promised: dict[UUID, int] = {}


@dataclass(frozen=True, slots=True)
class DataDisk:
    """A look at the disk of a folder: bytes that may be written, and those it has."""

    device: int
    free: int
    total: int

    @classmethod
    def of(cls, folder: Path) -> DataDisk:
        """Raises OSError."""
        room = os.statvfs(folder)
        free, total = room.f_bavail * room.f_frsize, room.f_blocks * room.f_frsize
        return cls(folder.stat().st_dev, free, total)

    @property
    def least(self) -> int:
        """What the keys and tombstones of some weeks need, in bytes."""
        return min(_LEAST, self.total // _LEAST_SHARE)


@dataclass(frozen=True, slots=True)
class Room:
    """Room that an export was promised in `folder`."""

    folder: Path
    reserve: int

    def check(self) -> None:
        """Raises JobWaits when less than the reserve is left: others fill the disk meanwhile."""
        if DataDisk.of(self.folder).free < self.reserve:
            raise waits()


@contextmanager
def promised(size: int, folder: Path) -> Iterator[Room]:
    """Keeps `size` bytes of the disk of `folder` for the caller, above the reserve.

    What others of this process were promised counts in full, though they may have written some of
    it: two that each fit alone must not meet in the middle. Raises JobWaits until there is room,
    JobFailed when that disk can never have it, OSError.
    """
    mine = uuid4()
    with _lock:
        disk = DataDisk.of(folder)
        reserve = _reserve(disk)
        if size + reserve > disk.total:
            raise JobFailed(_TOO_LARGE, permanent=True)
        if disk.free - sum(_promised.values()) < size + reserve:
            raise waits()
        _promised[mine] = size
    try:
        yield Room(folder, reserve)
    finally:
        with _lock:
            del _promised[mine]


def waits() -> JobWaits:
    """For a job that goes on by itself once there is room."""
    return JobWaits(NO_ROOM, seconds=_AGAIN)


def _reserve(disk: DataDisk) -> int:
    reserves = [disk.least]
    for volume in Volume.objects.filter(node=settings.NODE_NAME):
        with suppress(OSError):  # one that is not there fills nothing
            if Path(volume.path).stat().st_dev == disk.device:
                reserves.append(volume.reserve_bytes * _RESERVES)
    return max(reserves)
