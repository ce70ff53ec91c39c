"""Segment files on a volume: made, sealed, salvaged. Paths are relative to the volume's descriptor.

The order of a write (design.md 6): `.part` -> fsync -> `.json` beside it, fsynced -> link to the
final name, which is never replaced -> unlink the `.part` -> fsync the folder. Killed anywhere and
called again, `seal` ends in the same place. Whoever writes a `.part` holds a flock on it, through a
descriptor shared with the media process: so anybody can tell a file at work from one left behind.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from cctvportal.common import crash
from recordings.media.durable import TEMPORARY
from recordings.media.errors import MediaError
from recordings.media.recovery import Recovered, recover
from recordings.media.sidecar import Sidecar

PART: Final = ".part"
FILM: Final = ".mp4"
FACTS: Final = ".json"
_LARGEST_FACTS: Final = 16 * 1024
_NEW: Final = os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC


class InUse(Exception):  # noqa: N818 - named for what happened
    """A recorder or a media process still has this file."""


def create(root: int, base: str) -> int:
    """A new, empty, locked `.part`; its folders are made. Raises OSError."""
    _make_folders(root, base.rpartition("/")[0])
    crash.step("record.folders_made")
    descriptor = os.open(base + PART, _NEW, 0o600, dir_fd=root)
    crash.step("record.part_made")
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    crash.step("record.part_locked")
    return descriptor


def discard(root: int, base: str, descriptor: int) -> bool:
    """Takes an unused `.part` back; False, and nothing happens, when something was written."""
    if os.fstat(descriptor).st_size:
        return False
    os.unlink(base + PART, dir_fd=root)
    crash.step("record.discarded")
    return True


def seal(root: int, facts: Sidecar, descriptor: int) -> None:
    """Makes a written `.part` a kept segment, durable on return. Raises OSError."""
    os.fsync(descriptor)
    crash.step("seal.fsynced")
    write_facts(root, facts)
    finish(root, facts.base)


def write_facts(root: int, facts: Sidecar) -> None:
    """The sidecar, whole or not at all."""
    folder, _, name = facts.base.rpartition("/")
    temporary = f"{folder}/.{name}{FACTS}{TEMPORARY}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(temporary, flags, 0o600, dir_fd=root), "wb") as file:
        file.write(facts.to_json())
        file.flush()
        os.fsync(file.fileno())
    crash.step("seal.facts_written")
    os.replace(temporary, facts.base + FACTS, src_dir_fd=root, dst_dir_fd=root)
    crash.step("seal.facts_named")


def finish(root: int, base: str) -> None:
    """From a `.part` with its sidecar to the final name. Raises OSError."""
    part, film = base + PART, base + FILM
    try:
        os.link(part, film, src_dir_fd=root, dst_dir_fd=root, follow_symlinks=False)
    except FileExistsError:
        ours, there = (os.stat(name, dir_fd=root, follow_symlinks=False) for name in (part, film))
        if (ours.st_dev, ours.st_ino) != (there.st_dev, there.st_ino):
            raise
    crash.step("seal.linked")
    os.unlink(part, dir_fd=root)
    crash.step("seal.unlinked")
    sync_folder(root, base.rpartition("/")[0])
    crash.step("seal.folder_synced")


def facts_beside(root: int, base: str) -> Sidecar | None:
    """The sidecar of a segment; None without one, or when it is another segment's."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(base + FACTS, flags, dir_fd=root), "rb") as file:
            facts = Sidecar.of(file.read(_LARGEST_FACTS))
    except (FileNotFoundError, MediaError):
        return None
    return facts if facts.base == base else None


def exists(root: int, path: str) -> bool:
    try:
        os.stat(path, dir_fd=root, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


@contextmanager
def left_behind(root: int, base: str) -> Iterator[int]:
    """The descriptor of a `.part` that nobody writes any more. Raises InUse, FileNotFoundError."""
    flags = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(base + PART, flags, dir_fd=root)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InUse(base) from None
        yield descriptor
    finally:
        os.close(descriptor)


def trim(descriptor: int) -> Recovered:
    """Cuts a torn segment behind its last whole fragment. Raises MediaError, OSError."""
    found = recover(descriptor)
    if found.whole_bytes < found.bytes:
        os.ftruncate(descriptor, found.whole_bytes)
        crash.step("seal.trimmed")
    return found


def sync_folder(root: int, folder: str) -> None:
    descriptor = os.open(folder or ".", os.O_RDONLY | os.O_DIRECTORY, dir_fd=root)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _make_folders(root: int, folder: str) -> None:
    made = ""
    for name in folder.split("/"):
        above, made = made, f"{made}/{name}".lstrip("/")
        try:
            os.mkdir(made, 0o700, dir_fd=root)
        except FileExistsError:
            continue
        sync_folder(root, above)
