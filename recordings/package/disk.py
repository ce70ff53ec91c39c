"""The external disk: is it the one that was chosen, is it still there, what can it hold.

A disk pulled out leaves its mount point behind, and that folder lies on the system disk. So the
folder is believed only with the marker file inside it and the device number it had when opened.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, Self

from recordings.package.durable import Folder
from recordings.package.errors import Fault, PackageError, told

MARKER: Final = ".portal-medium.json"
# FAT32 holds files up to 4 GiB less one byte; design.md 8 keeps a margin.
FAT_PART_LIMIT: Final = 39 * (1 << 30) // 10
_FAT: Final = frozenset({"vfat", "msdos", "fat"})
_RESERVE: Final = 16 << 20


class DiskKind(StrEnum):
    USB = "USB"
    FOLDER = "FOLDER"


def mark(path: Path, medium: uuid.UUID) -> None:
    """Make a disk known by writing its marker. Raises PackageError(NAME_TAKEN) if it has one."""
    with told(), Folder(os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)) as folder:
        if folder.has(MARKER):
            raise PackageError(Fault.NAME_TAKEN, MARKER)
        folder.put(MARKER, json.dumps({"medium": str(medium)}).encode())


@dataclass(slots=True)
class Disk:
    """An opened disk: `root` is the handle everything is written through."""

    path: Path
    medium: uuid.UUID
    root: Folder
    device: int

    @classmethod
    def open(
        cls,
        path: Path,
        medium: uuid.UUID,
        kind: DiskKind,
        *,
        system: Iterable[Path] = (Path("/"),),
    ) -> Self:
        """Open the folder where the disk is mounted, once its marker names `medium`.

        A USB disk must not share its device number with any of `system` (the portal's own data
        folder belongs there); a FOLDER may. Raises PackageError(SYSTEM_DISK, MARKER_MISSING,
        OTHER_DISK, DISK_GONE).
        """
        with told():
            root = Folder(os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))
        device = os.fstat(root.fd).st_dev
        disk = cls(path, medium, root, device)
        try:
            if kind is DiskKind.USB:
                disk._refuse_system(system)
            disk.check()
        except BaseException:
            root.close()
            raise
        return disk

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.root.close()

    def check(self) -> None:
        """Look again, by path: same folder on the same device, same marker.

        Call it before writing and after everything is flushed: the handle alone goes on working
        on a disk that was unmounted underneath. Raises PackageError(DISK_GONE, MARKER_MISSING,
        OTHER_DISK).
        """
        held = os.fstat(self.root.fd)
        try:
            seen = self.path.stat()
        except OSError as error:
            raise PackageError(Fault.DISK_GONE, str(self.path)) from error
        if (seen.st_dev, seen.st_ino) != (held.st_dev, held.st_ino) or held.st_nlink == 0:
            raise PackageError(Fault.DISK_GONE, f"{self.path}: {seen.st_dev} {held.st_dev}")
        try:
            named = json.loads(self.root.read(MARKER) or b"").get("medium")
        except (ValueError, AttributeError):
            raise PackageError(Fault.MARKER_MISSING, str(self.path)) from None
        if named != str(self.medium):
            raise PackageError(Fault.OTHER_DISK, str(self.path))

    def _refuse_system(self, system: Iterable[Path]) -> None:
        if self.device in {one.stat().st_dev for one in system}:
            raise PackageError(Fault.SYSTEM_DISK, str(self.path))

    @property
    def free(self) -> int:
        """Bytes that may still be written."""
        with told():
            room = os.fstatvfs(self.root.fd)
        return room.f_bavail * room.f_frsize

    def require(self, size: int) -> None:
        """Raise PackageError(DISK_FULL) unless `size` bytes and a small reserve fit."""
        if self.free < size + _RESERVE:
            raise PackageError(Fault.DISK_FULL, f"{self.free} < {size} + {_RESERVE}")

    @property
    def filesystem(self) -> str:
        """Kind as the kernel names it, e.g. "ext4", "vfat", "exfat"; "" if it cannot be told."""
        return filesystem_of(self.device, Path("/proc/self/mountinfo").read_text())

    @property
    def part_limit(self) -> int | None:
        """Largest file in bytes where the filesystem is FAT, else None."""
        return FAT_PART_LIMIT if self.filesystem in _FAT else None


def filesystem_of(device: int, mountinfo: str) -> str:
    """Look a device number up in the text of mountinfo, proc(5); its mounts share one kind."""
    wanted = f"{os.major(device)}:{os.minor(device)}"
    for line in mountinfo.splitlines():
        fields = line.split(" ")
        if fields[2] == wanted:
            return fields[fields.index("-") + 1]
    return ""
