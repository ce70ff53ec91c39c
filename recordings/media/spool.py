"""A seekable file whose clear content never touches the disk.

libav needs to go back to finish an MP4, and an export is too big for memory. So it writes here:
AES-256-CTR at any offset under a key that lives in this object only. When the process ends,
however it ends, what is left on the disk is noise.
"""

from __future__ import annotations

import fcntl
import io
import os
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from _typeshed import ReadableBuffer, WriteableBuffer

_AES_BLOCK = 16


class Spool(io.RawIOBase):
    """Binary file for one writer, then one reader; `close` removes it.

    Writing a place twice uses the same key stream twice. That is safe here, and only here: the
    file is private to this process, and nobody sees an earlier state of it and the key's output.
    """

    def __init__(self, path: Path) -> None:
        """Create the file (mode 0600). Raises FileExistsError, OSError."""
        super().__init__()
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        self._fd = os.open(path, flags, 0o600)
        # Says that this process lives; see `remove_leftovers`.
        fcntl.flock(self._fd, fcntl.LOCK_SH)
        self._path = path
        self._aes = algorithms.AES(secrets.token_bytes(32))
        self._at = self._size = 0
        self._stream: CipherContext | None = None
        self._stream_at = -1

    @property
    def size(self) -> int:
        """Bytes of clear content."""
        return self._size

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise OSError("a spool has no place before its start")
        self._at = base + offset
        return self._at

    def write(self, data: ReadableBuffer) -> int:
        """Write all of `data`. Raises OSError when the disk is full."""
        clear = memoryview(data).cast("B")
        if not clear:
            return 0
        if self._at > self._size:
            self._fill()
        rest = memoryview(self._crypt(self._at, clear))
        while rest:
            done = os.pwrite(self._fd, rest, self._at)
            rest = rest[done:]
            self._at += done
        self._size = max(self._size, self._at)
        return len(clear)

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        wanted = max(0, min(len(view), self._size - self._at))
        sealed = os.pread(self._fd, wanted, self._at)
        view[: len(sealed)] = self._crypt(self._at, sealed)
        self._at += len(sealed)
        return len(sealed)

    def close(self) -> None:
        """Forget the key and remove the file. May be called twice."""
        if not self.closed:
            self._stream = None
            del self._aes
            os.close(self._fd)
            self._path.unlink(missing_ok=True)
        super().close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _fill(self) -> None:
        # A hole would read back as key stream, not as zeros.
        end, self._at = self._at, self._size
        block = bytes(min(end - self._at, 1 << 20))
        while self._at < end:
            self.write(block[: end - self._at])

    def _crypt(self, offset: int, data: bytes | memoryview) -> bytes:
        if self._stream is None or offset != self._stream_at:
            counter = (offset // _AES_BLOCK).to_bytes(_AES_BLOCK, "big")
            self._stream = Cipher(self._aes, modes.CTR(counter)).encryptor()
            self._stream.update(bytes(offset % _AES_BLOCK))
        done = self._stream.update(data)
        self._stream_at = offset + len(done)
        return done


def remove_leftovers(folder: Path) -> int:
    """Remove the spools of killed processes; returns how many. One in use is locked, and stays.

    A spool caught between its making and its lock loses its name only: it goes on by descriptor.
    """
    gone = 0
    for path in folder.iterdir():
        with suppress(OSError):
            fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink(missing_ok=True)
                gone += 1
            finally:
                os.close(fd)
    return gone
