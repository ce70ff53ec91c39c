"""Reading what lies on the disk rather than what the kernel remembers having written.

A page cache answers for a disk that lost the data, or was never written. O_DIRECT goes round it;
where a filesystem knows no O_DIRECT (FUSE, tmpfs), the file is flushed and its pages are dropped
first, which the kernel may ignore: the way used is told, so that the paper can say it.
"""

from __future__ import annotations

import io
import mmap
import os
from concurrent.futures import Future, ThreadPoolExecutor
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from recordings.package.durable import Folder
from recordings.package.errors import PackageError, told
from recordings.package.lane import HashLane

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

WINDOW: Final = 1 << 20
_FLAGS: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC


class Way(StrEnum):
    DIRECT = "O_DIRECT"
    DROPPED = "FADV_DONTNEED"


class UncachedFile(io.RawIOBase):
    """A seekable file read in aligned windows of 1 MiB, hashed along the way.

    While one window is used the next is read. The hash grows whenever the next window in order is
    read, so that a reader that goes once through the file gets it without a second pass;
    `sha256` reads what is missing at the end. Raises PackageError(DISK_GONE, PLANTED).
    """

    def __init__(self, folder: Folder, name: str) -> None:
        super().__init__()
        self._fd, self.way = _opened(folder, name)
        self.size = os.fstat(self._fd).st_size
        self._at = 0
        # Page-aligned, as O_DIRECT wants it.
        self._buffers = (mmap.mmap(-1, WINDOW), mmap.mmap(-1, WINDOW))
        self._current, self._filled = -1, 0
        self._ahead: tuple[int, Future[int]] | None = None
        self._reader = ThreadPoolExecutor(1)
        self._hasher, self._hashed = HashLane(), 0

    def close(self) -> None:
        if not self.closed:
            self._reader.shutdown()
            self._hasher.finish()
            os.close(self._fd)
        super().close()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        if base + offset < 0:
            raise ValueError("negative seek")
        self._at = base + offset
        return self._at

    def readinto(self, buffer: WriteableBuffer) -> int:
        room = memoryview(buffer).cast("B")
        done = 0
        while done < len(room) and self._at < self.size:
            window = self._at - self._at % WINDOW
            self._load(window)
            skip = self._at - window
            count = min(len(room) - done, self._filled - skip)
            if count <= 0:  # shorter than its directory entry says
                break
            room[done : done + count] = self._buffers[0][skip : skip + count]
            done += count
            self._at += count
        return done

    def sha256(self) -> str:
        """SHA-256 (hex) of the whole file as it lies on the disk."""
        while self._hashed < self.size:
            before = self._hashed
            self._current = -1
            self._load(before)
            if self._hashed == before:
                break
        return self._hasher.hexdigest()

    def _load(self, window: int) -> None:
        if window == self._current:
            return
        with told():
            if self._ahead and self._ahead[0] == window:
                filled = self._ahead[1].result()
            else:
                if self._ahead:
                    self._ahead[1].result()
                filled = self._read(window)
        self._buffers = (self._buffers[1], self._buffers[0])
        self._current, self._filled, self._ahead = window, filled, None
        if window + WINDOW < self.size and window == self._hashed:
            following = window + WINDOW
            self._ahead = (following, self._reader.submit(self._read, following))
        if window == self._hashed:
            self._hasher.put(self._buffers[0][:filled])
            self._hashed += filled

    def _read(self, window: int) -> int:
        """Fill the spare buffer up to its end or the file's; returns the bytes in it."""
        done, wanted = 0, min(WINDOW, self.size - window)
        with memoryview(self._buffers[1]) as view:
            while done < wanted:
                count = os.preadv(self._fd, [view[done:]], window + done)
                if count == 0:
                    break
                done += count
        return done


def sha256_uncached(folder: Folder, name: str) -> tuple[str, Way]:
    """SHA-256 (hex) of a file from the disk itself, and how the cache was avoided."""
    with UncachedFile(folder, name) as file:
        return file.sha256(), file.way


def _opened(folder: Folder, name: str) -> tuple[int, Way]:
    with told():
        try:
            fd = os.open(name, _FLAGS | os.O_DIRECT, dir_fd=folder.fd)
        except OSError:
            pass
        else:
            if _direct_works(fd):
                return fd, Way.DIRECT
            os.close(fd)
        fd = os.open(name, _FLAGS, dir_fd=folder.fd)
        try:
            os.fsync(fd)
            os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
        except (OSError, PackageError):
            os.close(fd)
            raise
        return fd, Way.DROPPED


def _direct_works(fd: int) -> bool:
    with mmap.mmap(-1, mmap.PAGESIZE) as page:
        try:
            os.preadv(fd, [page], 0)
        except OSError:
            return False
    return True
