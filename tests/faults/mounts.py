"""Small file systems of a child's own, which end with it. mount(2) and unshare(2) directly."""

from __future__ import annotations

import ctypes
import os
import shutil
from pathlib import Path
from typing import Final

from tests.faults.store import copy

# linux/sched.h, sys/mount.h
_NEWNS, _NEWUSER = 0x00020000, 0x10000000
_RDONLY, _REMOUNT, _BIND, _REC, _PRIVATE = 0x1, 0x20, 0x1000, 0x4000, 0x40000
_DETACH: Final = 2
_libc: Final = ctypes.CDLL(None, use_errno=True)


def enter() -> None:
    """This process and its children see mounts that nobody else sees. Raises OSError."""
    uid, gid = os.getuid(), os.getgid()
    _call(_libc.unshare(_NEWNS | (_NEWUSER if uid else 0)))
    if uid:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {uid} 1")
        Path("/proc/self/gid_map").write_text(f"0 {gid} 1")
    _mount("none", "/", "", _REC | _PRIVATE)


def tmpfs(place: Path) -> None:
    """A file system in memory over `place`, with what lies there copied into it."""
    aside = place.with_name(f"{place.name}.below")
    place.rename(aside)
    place.mkdir()
    _mount("tmpfs", str(place), "tmpfs", 0, "size=64m,nr_inodes=10k,mode=0700")
    for each in aside.iterdir():
        copy(each, place / each.name)
    shutil.rmtree(aside)


def limit(place: Path, *, spare_bytes: int | None = None, spare_inodes: int | None = None) -> None:
    """Leaves so many bytes (whole pages) or files free on a tmpfs."""
    room = os.statvfs(place)
    options = []
    if spare_bytes is not None:
        used = (room.f_blocks - room.f_bfree) * room.f_frsize
        # No size at all would be no limit.
        options.append(f"size={max(used + spare_bytes, room.f_frsize)}")
    if spare_inodes is not None:
        options.append(f"nr_inodes={room.f_files - room.f_ffree + spare_inodes}")
    _mount("tmpfs", str(place), "tmpfs", _REMOUNT, ",".join(options))


def widen(place: Path) -> None:
    """Room enough again."""
    _mount("tmpfs", str(place), "tmpfs", _REMOUNT, "size=64m,nr_inodes=10k")


def read_only(place: Path, *, on: bool = True) -> None:
    """Raises OSError (EBUSY) while a file there is open for writing."""
    _mount("none", str(place), "", _REMOUNT | _BIND | (_RDONLY if on else 0))


def bind(real: Path, place: Path) -> None:
    _mount(str(real), str(place), "", _BIND)


def detach(place: Path) -> None:
    """As a disk that is pulled: the name is free at once, open descriptors stay."""
    _call(_libc.umount2(str(place).encode(), _DETACH))


def _mount(source: str, target: str, kind: str, flags: int, data: str = "") -> None:
    arguments = (each.encode() for each in (source, target, kind))
    _call(_libc.mount(*arguments, ctypes.c_ulong(flags), data.encode()))


def _call(result: int) -> None:
    if result:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
