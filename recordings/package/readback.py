"""Proof that the disk holds what was exported, taken before anybody signs for it.

Every byte is read from the disk itself once: the ciphertext's hash, each member opened with the
passphrase as it will be handed over (its HMAC and its inner hash), and each video offered to the
caller, who decodes a frame of it.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, Final, cast

import pyzipper

from recordings.package import bag
from recordings.package.bag import PackageFacts
from recordings.package.disk import Disk
from recordings.package.durable import Folder
from recordings.package.errors import Fault, PackageError
from recordings.package.lane import HashLane
from recordings.package.uncached import UncachedFile, Way, sha256_uncached
from recordings.package.winzip import ArchiveReader, Clear
from recordings.package.zips import BLOCK, MemberFacts, ZipFacts

VIDEO: Final = ".mp4"
OnVideo = Callable[[str, BinaryIO], None]
_BROKEN: Final = (
    pyzipper.BadZipFile,
    EOFError,
    NotImplementedError,
    RuntimeError,
    KeyError,
    ValueError,
    struct.error,
)


@dataclass(frozen=True, slots=True)
class ReadBack:
    """`bytes` of ciphertext read; `way` is the weaker one if several were needed."""

    bytes: int
    members: int
    videos: int
    way: Way


def check(
    disk: Disk,
    facts: PackageFacts,
    passphrase: str,
    *,
    on_video: OnVideo | None = None,
    beat: Callable[[int], None] | None = None,
) -> ReadBack:
    """Read a published package back and compare it with what was written.

    `on_video` gets the name and a seekable clear stream of every .mp4, after its hash was found
    right; what it raises comes out. `beat` is called with the number of bytes after each block.
    Raises PackageError: MISMATCH, PLANTED (a file more), WRONG_PASSPHRASE, DISK_GONE and the
    others of `Disk.check`.
    """
    disk.check()
    with disk.root.folder(facts.name) as root, root.folder(bag.DATA) as data:
        _same_names(root, {*facts.tags, bag.DATA}, {bag.SIGNATURE})
        _same_names(data, {one.name for one in facts.zips}, set())
        ways = {_check_tag(root, name, digest) for name, digest in facts.tags.items()}
        for one in facts.zips:
            ways.add(check_zip(data, one, passphrase, on_video=on_video, beat=beat))
    disk.check()
    members = [member.name for one in facts.zips for member in one.members]
    return ReadBack(
        bytes=facts.bytes,
        members=len(members),
        videos=sum(name.endswith(VIDEO) for name in members),
        way=Way.DROPPED if Way.DROPPED in ways else Way.DIRECT,
    )


def check_zip(
    folder: Folder,
    facts: ZipFacts,
    passphrase: str,
    *,
    on_video: OnVideo | None = None,
    beat: Callable[[int], None] | None = None,
) -> Way:
    """One ZIP of `check`: same errors."""
    with UncachedFile(folder, facts.name) as file:
        if file.size != facts.bytes:
            raise PackageError(Fault.MISMATCH, f"{facts.name}: {file.size} != {facts.bytes}")
        with _readable(facts.name):
            archive = ArchiveReader(file, passphrase)
        if archive.namelist() != [member.name for member in facts.members]:
            raise PackageError(Fault.MISMATCH, f"{facts.name}: daftar isi")
        for expected in facts.members:
            clear = _check_member(archive, expected, facts.name, beat)
            if on_video and expected.name.endswith(VIDEO):
                stream = io.BufferedReader(Clear(file, *clear))
                on_video(expected.name, cast("BinaryIO", stream))
        if file.sha256() != facts.sha256:
            raise PackageError(Fault.MISMATCH, facts.name)
        return file.way


def _check_member(
    archive: Any, expected: MemberFacts, zip_name: str, beat: Callable[[int], None] | None
) -> tuple[int, int, bytes]:
    with _readable(zip_name):
        member = archive.open(expected.name)
    hasher, size = HashLane(), 0
    try:
        while True:
            with _readable(zip_name):
                block = member.read(BLOCK)
            if not block:
                break
            hasher.put(block)
            size += len(block)
            if beat:
                beat(len(block))
    finally:
        digest = hasher.hexdigest()
    if (size, digest) != (expected.bytes, expected.sha256):
        raise PackageError(Fault.MISMATCH, f"{zip_name}: {expected.name}")
    clear: tuple[int, int, bytes] = member.clear
    return clear


@contextmanager
def _readable(zip_name: str) -> Iterator[None]:
    """What pyzipper raises on a damaged archive; kept away from what callbacks raise."""
    try:
        yield
    except _BROKEN as error:
        raise PackageError(Fault.MISMATCH, f"{zip_name}: {type(error).__name__}") from error


def _check_tag(root: Folder, name: str, digest: str) -> Way:
    found, way = sha256_uncached(root, name)
    if found != digest:
        raise PackageError(Fault.MISMATCH, name)
    return way


def _same_names(folder: Folder, needed: set[str], allowed: set[str]) -> None:
    found = set(folder.names())
    if needed - found:
        raise PackageError(Fault.MISMATCH, ", ".join(sorted(needed - found)))
    if found - needed - allowed:
        raise PackageError(Fault.PLANTED, ", ".join(sorted(found - needed - allowed))[:200])
