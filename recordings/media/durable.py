"""Writes that survive a power cut."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cctvportal.common import crash

TEMPORARY = ".tmp"
# Filesystems answer flushes that come together with one commit: eight at a time measured ten
# times faster than one after the other.
_TOGETHER = 8


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable; a rename is not on disk before this returns."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def write_beside(target: Path, data: bytes | bytearray) -> Path:
    """Write `data` (mode 0600, fsynced) to the temporary name that belongs to `target`.

    The name is fixed for a target, so that whatever a crash leaves is overwritten by the next
    writer. Callers hold a lock.
    """
    temporary = target.with_name(f".{target.name}{TEMPORARY}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    fd = os.open(temporary, flags, 0o600)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(fd, view) :]
        os.fsync(fd)
    finally:
        os.close(fd)
    return temporary


def write_all_beside(files: Sequence[tuple[Path, bytes | bytearray]]) -> list[tuple[Path, Path]]:
    """`write_beside` for many files: (temporary, target) of each, all durable on return."""
    with ThreadPoolExecutor(_TOGETHER) as pool:
        temporaries = list(pool.map(lambda file: write_beside(*file), files))
    return [(temporary, target) for temporary, (target, _) in zip(temporaries, files, strict=True)]


def replace(target: Path, data: bytes | bytearray) -> None:
    """Put `data` in place of `target`, whole or not at all, durable on return."""
    temporary = write_beside(target, data)
    crash.step("file.written_beside")
    temporary.replace(target)
    crash.step("file.renamed")
    sync_folder(target.parent)


def shred(path: Path) -> None:
    """Overwrite a small file, then remove its name; each step reaches the disk before the next.

    On flash and copying filesystems remnants may stay: the certificate of erasure says so.
    """
    fd = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        os.pwrite(fd, os.urandom(os.fstat(fd).st_size), 0)
        os.fsync(fd)
    finally:
        os.close(fd)
    crash.step("keys.overwritten")
    path.unlink()
    crash.step("keys.unlinked")
    sync_folder(path.parent)
