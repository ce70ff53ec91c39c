"""Files that are on the disk when we say so, written by directory handle.

A handle stays in the folder that was checked: a symlink planted meanwhile is refused, and a disk
pulled out takes the handle with it instead of letting the next write land on the system disk.
"""

from __future__ import annotations

import ctypes
import errno
import os
import stat
from contextlib import suppress
from typing import Final, Self

from cctvportal.common import crash
from recordings.package.errors import Fault, PackageError, told

PART: Final = ".part"
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_OPEN_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_libc: Final = ctypes.CDLL(None, use_errno=True)


class Folder:
    """A directory by handle. Closing it closes the handle. Raises PackageError throughout."""

    def __init__(self, fd: int) -> None:
        self.fd = fd

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def folder(self, name: str, *, create: bool = False) -> Folder:
        """A folder inside, which must be no symlink; `create` makes it where it is missing."""
        with told():
            if create:
                with suppress(FileExistsError):
                    os.mkdir(name, dir_fd=self.fd)
                    self.sync()
            found = Folder(os.open(name, _OPEN_FOLDER, dir_fd=self.fd))
            if create:
                _let_read(found.fd, 0o755)
            return found

    def create(self, name: str) -> int:
        """Descriptor of a new file `name` + ".part"; a left-over of an earlier try makes way."""
        with told():
            self._remove_left_over(name + PART)
            return os.open(name + PART, _NEW, 0o600, dir_fd=self.fd)

    def finish(self, fd: int, name: str) -> None:
        """Flush what `create` opened, close it, and give it its name; nothing is replaced."""
        with told():
            try:
                _let_read(fd, 0o644)
                os.fsync(fd)
            finally:
                os.close(fd)
            crash.step("export.file_fsynced")
            if self.has(name):
                raise PackageError(Fault.PLANTED, name)
            os.rename(name + PART, name, src_dir_fd=self.fd, dst_dir_fd=self.fd)
            crash.step("export.file_renamed")
            self.sync()

    def put(self, name: str, data: bytes) -> None:
        """Write a small file; an own earlier one of that name is replaced."""
        fd = self.create(name)
        try:
            with told():
                view = memoryview(data)
                while view:
                    view = view[os.write(fd, view) :]
        except BaseException:
            os.close(fd)
            raise
        with told():
            self._remove_left_over(name)
        self.finish(fd, name)

    def read(self, name: str, limit: int = 1 << 20) -> bytes | None:
        """The start of a file, None where there is none; a symlink is refused."""
        with told():
            try:
                fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=self.fd)
            except FileNotFoundError:
                return None
            with os.fdopen(fd, "rb") as file:
                return file.read(limit)

    def has(self, name: str) -> bool:
        try:
            os.stat(name, dir_fd=self.fd, follow_symlinks=False)
        except FileNotFoundError:
            return False
        return True

    def names(self) -> list[str]:
        with told(), os.scandir(self.fd) as entries:
            return sorted(entry.name for entry in entries)

    def keep_only(self, names: set[str]) -> None:
        """Remove every other file; a folder or symlink among them is refused, not followed."""
        with told():
            for name in self.names():
                if name not in names:
                    self._remove_left_over(name)
            self.sync()

    def move(self, name: str, new_name: str) -> None:
        """Rename a folder inside. Raises PackageError(NAME_TAKEN) rather than replace one."""
        with told():
            if self.has(new_name):
                raise PackageError(Fault.NAME_TAKEN, new_name)
            os.rename(name, new_name, src_dir_fd=self.fd, dst_dir_fd=self.fd)
            crash.step("export.folder_moved")
            self.sync()

    def take(self, origin: Folder, name: str) -> None:
        """Move a file from another folder here, over an own one of that name; no symlink."""
        with told():
            if not stat.S_ISREG(os.stat(name, dir_fd=origin.fd, follow_symlinks=False).st_mode):
                raise PackageError(Fault.PLANTED, name)
            os.rename(name, name, src_dir_fd=origin.fd, dst_dir_fd=self.fd)
            self.sync()

    def remove_folder(self, name: str) -> None:
        """Remove an empty folder."""
        with told():
            os.rmdir(name, dir_fd=self.fd)
            self.sync()

    def sync(self) -> None:
        """Flush the folder's entries; some FAT and FUSE drivers know no such call."""
        with told():
            try:
                os.fsync(self.fd)
            except OSError as error:
                if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
                    raise

    def sync_disk(self) -> None:
        """Flush the whole filesystem (syncfs), which also tells of earlier write-back errors."""
        with told():
            if _libc.syncfs(self.fd) != 0:
                code = ctypes.get_errno()
                raise OSError(code, os.strerror(code))

    def _remove_left_over(self, name: str) -> None:
        try:
            mode = os.stat(name, dir_fd=self.fd, follow_symlinks=False).st_mode
        except FileNotFoundError:
            return
        if not stat.S_ISREG(mode):
            raise PackageError(Fault.PLANTED, name)
        os.unlink(name, dir_fd=self.fd)


def _let_read(fd: int, mode: int) -> None:
    """The receiver has another user number; FAT and some shares know no modes and need none."""
    with suppress(OSError):
        os.fchmod(fd, mode)
