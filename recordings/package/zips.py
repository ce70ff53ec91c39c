"""The recordings as AES-256 ZIP files that any 7-Zip opens, hashed while they are written.

Clear bytes go from the caller's stream (an encrypted spool) through the cipher to the disk; what
lies on the disk is never clear. Names inside a ZIP are readable without the passphrase, so they
are neutral.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO, Final, Self

from cctvportal.common import crash
from recordings.package.durable import PART, Folder
from recordings.package.errors import Fault, PackageError, told
from recordings.package.lane import HashLane, Lane
from recordings.package.passphrase import normalise
from recordings.package.winzip import OVERHEAD, ArchiveWriter

BLOCK: Final = 1 << 20
_FLUSH_EVERY: Final = 64 << 20
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_FILE: Final = re.compile(r"REK-([0-9]{4})\.zip")
# Local header 61, central entry 85, each with the name, as written by pyzipper; rounded up.
_PER_MEMBER: Final = 160 + OVERHEAD
_END: Final = 98


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """A file inside a ZIP: clear size in bytes, SHA-256 (hex) of the cleartext."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ZipFacts:
    """A ZIP on the disk: size in bytes and SHA-256 (hex) of the ciphertext, and its members."""

    name: str
    bytes: int
    sha256: str
    members: tuple[MemberFacts, ...]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, facts: dict[str, Any]) -> Self:
        members = tuple(MemberFacts(**member) for member in facts["members"])
        return cls(facts["name"], facts["bytes"], facts["sha256"], members)


class ZipWriter:
    """Fills `folder` with REK-0001.zip, REK-0002.zip, and so on.

    A new ZIP begins before a member that would carry the current one beyond `limit` bytes. `done`
    are the finished ZIPs of an earlier try with the same passphrase: they stay, their members are
    skipped by `add`, everything else in the folder goes. `beat` is called with the number of clear
    bytes after each block and may raise to stop. Leaving the context on an error removes the ZIP
    in hand; `facts` then holds what is finished.
    Raises PackageError: BAD_PASSPHRASE (only those of `passphrase.make` are strong enough),
    BAD_NAME, TOO_LARGE, DISK_FULL, DISK_GONE, READ_ONLY, PLANTED, MISMATCH.
    """

    def __init__(
        self,
        folder: Folder,
        passphrase: str,
        *,
        limit: int | None = None,
        done: Sequence[ZipFacts] = (),
        beat: Callable[[int], None] | None = None,
    ) -> None:
        if normalise(passphrase) != passphrase:
            raise PackageError(Fault.BAD_PASSPHRASE)
        self._folder, self._passphrase = folder, passphrase
        self._limit, self._beat = limit, beat
        self._facts = [facts for facts in done if is_whole(folder, facts)]
        self._known = {member.name: member for zip_ in self._facts for member in zip_.members}
        self._open: _OpenZip | None = None
        folder.keep_only({facts.name for facts in self._facts})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.close()
        elif self._open:
            self._open.give_up()
            self._open = None

    @property
    def facts(self) -> tuple[ZipFacts, ...]:
        """The finished ZIPs, in order."""
        return tuple(self._facts)

    def add(self, name: str, stream: BinaryIO) -> MemberFacts:
        """Copy a seekable stream, from its beginning, into a member. Names may come once."""
        if not _NAME.fullmatch(name):
            raise PackageError(Fault.BAD_NAME, name)
        if name in self._known:
            return self._known[name]
        size = stream.seek(0, io.SEEK_END)
        stream.seek(0)
        self._make_room(len(name), size)
        current = self._open = self._open or _OpenZip(self._folder, self._next(), self._passphrase)
        member = current.add(name, stream, size, self._beat)
        self._known[name] = member
        return member

    def close(self) -> None:
        """Finish the ZIP in hand: flushed and renamed when this returns."""
        if self._open:
            current, self._open = self._open, None
            self._facts.append(current.finish())

    def _make_room(self, name_length: int, size: int) -> None:
        if self._limit is None:
            return
        need = size + _PER_MEMBER + 2 * name_length
        if need + _END > self._limit:
            raise PackageError(Fault.TOO_LARGE, f"{need} > {self._limit}")
        if self._open and self._open.size + need > self._limit:
            self.close()

    def _next(self) -> str:
        numbers = [int(found[1]) for one in self._facts if (found := _FILE.fullmatch(one.name))]
        return f"REK-{max(numbers, default=0) + 1:04d}.zip"


def is_whole(folder: Folder, facts: ZipFacts) -> bool:
    """Whether a finished ZIP still lies there in its full length."""
    if not _FILE.fullmatch(facts.name):
        raise PackageError(Fault.BAD_NAME, facts.name)
    with told():
        try:
            status = os.stat(facts.name, dir_fd=folder.fd, follow_symlinks=False)
        except FileNotFoundError:
            return False
    return status.st_size == facts.bytes


class _OpenZip:
    """The ZIP being written."""

    def __init__(self, folder: Folder, name: str, passphrase: str) -> None:
        self._folder, self._name = folder, name
        self._sink = _Sink(folder.create(name))
        self._archive = ArchiveWriter(self._sink, passphrase)
        self._members: list[MemberFacts] = []
        self._directory = _END

    @property
    def size(self) -> int:
        """Bytes it would have if it ended now."""
        return self._sink.tell() + self._directory

    def add(
        self, name: str, stream: BinaryIO, size: int, beat: Callable[[int], None] | None
    ) -> MemberFacts:
        hasher = HashLane()
        member = self._archive.begin(name, size)
        try:
            while block := stream.read(BLOCK):
                hasher.put(block)
                member.write(block)
                if beat:
                    beat(len(block))
        except BaseException:
            self._archive.give_up()
            raise
        finally:
            digest = hasher.hexdigest()
        member.close()
        facts = MemberFacts(name, size, digest)
        self._members.append(facts)
        self._directory += _PER_MEMBER + len(name)
        return facts

    def finish(self) -> ZipFacts:
        try:
            self._archive.close()
            digest = self._sink.hexdigest()
        except BaseException:
            self.give_up()
            raise
        size = self._sink.tell()
        self._folder.finish(self._sink.fd, self._name)
        return ZipFacts(self._name, size, digest, tuple(self._members))

    def give_up(self) -> None:
        self._archive.give_up()
        self._sink.abandon()
        with told():
            os.unlink(self._name + PART, dir_fd=self._folder.fd)


class _Sink:
    """Where pyzipper writes: front to back only; hashing and writing happen in a lane.

    Data is flushed every 64 MiB, so that progress on a slow disk is real and a full cache does not
    make the last flush take minutes.
    """

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self._at = self._unflushed = 0
        self._sha = hashlib.sha256()
        self._lane = Lane(self._write)

    def write(self, data: bytes) -> int:
        self._lane.put(data)
        self._at += len(data)
        return len(data)

    def tell(self) -> int:
        return self._at

    def seek(self, *_: int) -> int:
        raise OSError("front to back")

    def flush(self) -> None:
        """Asked for by pyzipper; `hexdigest` waits."""

    def hexdigest(self) -> str:
        self._lane.finish()
        return self._sha.hexdigest()

    def abandon(self) -> None:
        with suppress(Exception):  # the reason why it is abandoned, told already
            self._lane.finish()
        os.close(self.fd)

    def _write(self, data: bytes) -> None:
        self._sha.update(data)
        with told():
            view = memoryview(data)
            while view:
                view = view[os.write(self.fd, view) :]
            crash.step("export.block_written")
            self._unflushed += len(data)
            if self._unflushed >= _FLUSH_EVERY:
                os.fdatasync(self.fd)
                self._unflushed = 0
