"""WinZip AES (AE-2, 256 bit) for pyzipper, on OpenSSL in place of pycryptodomex.

pyzipper knows the ZIP format; through its own extension points it is given a cipher that is four
times as fast, writing from front to back (so that the file is hashed while it is written), and a
reader that can decrypt from the middle of a member.
Source: "AES Encryption Information: Encryption Specification AE-1 and AE-2", WinZip.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import os
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyzipper
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from recordings.package.errors import Fault, PackageError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_SALT: Final = 16
_VERIFIER: Final = 2
MAC: Final = 10
OVERHEAD: Final = _SALT + _VERIFIER + MAC
_KEY: Final = 32
_ROUNDS: Final = 1000  # fixed by the format: the passphrase itself has to carry 100 bits
_BLOCK: Final = 16
_AES_256: Final = 3
_DESCRIPTOR_FLAG: Final = 0x08
FIXED_DATE: Final = (1980, 1, 1, 0, 0, 0)


class CounterMode:
    """AES-256 in counter mode as WinZip counts: 128 bits little-endian, from 1.

    OpenSSL counts big-endian, so the counters are enciphered as plain blocks and laid over the
    data. `offset` is the byte in the member at which to begin.
    """

    def __init__(self, key: bytes, offset: int = 0) -> None:
        # The keystream of a counter mode is the block cipher itself.
        self._blocks = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305
        self._offset = offset
        self._counters = np.zeros((0, 2), dtype="<u8")
        self._first = 0
        self._stream = bytearray()

    def apply(self, data: bytes) -> bytes:
        """Encrypt or decrypt the next bytes; the two are the same."""
        if not data:
            return b""
        first, skip = divmod(self._offset, _BLOCK)
        self._count_from(first + 1, (skip + len(data) + _BLOCK - 1) // _BLOCK)
        self._blocks.update_into(self._counters.data.cast("B"), self._stream)
        self._offset += len(data)
        word = "<u8" if skip == 0 and len(data) % 8 == 0 else "u1"
        size = len(data) // np.dtype(word).itemsize
        laid = np.frombuffer(self._stream, word, size, skip)
        np.bitwise_xor(laid, np.frombuffer(data, word), out=laid)
        return laid.tobytes()

    def _count_from(self, first: int, count: int) -> None:
        # Blocks of one size follow each other: counting on costs a third of counting anew.
        if len(self._counters) == count:
            self._counters[:, 0] += np.uint64(first - self._first)
        else:
            self._counters = np.zeros((count, 2), dtype="<u8")
            self._counters[:, 0] = np.arange(first, first + count, dtype="<u8")
            self._stream = bytearray((count + 1) * _BLOCK)
        self._first = first


def _derived(passphrase: bytes, salt: bytes) -> tuple[bytes, bytes, bytes]:
    """Cipher key, MAC key, password verifier."""
    size = 2 * _KEY + _VERIFIER
    material = hashlib.pbkdf2_hmac("sha1", passphrase, salt, _ROUNDS, size)
    return material[:_KEY], material[_KEY : 2 * _KEY], material[2 * _KEY :]


class _Encrypter:
    """pyzipper's encrypter interface."""

    def __init__(self, passphrase: bytes) -> None:
        self._salt = os.urandom(_SALT)
        key, mac_key, self._verifier = _derived(passphrase, self._salt)
        self._cipher = CounterMode(key)
        self._mac = hmac.new(mac_key, digestmod="sha1")

    def update_zipinfo(self, info: Any) -> None:
        info.wz_aes_vendor_id = pyzipper.zipfile_aes.WZ_AES_VENDOR_ID
        info.wz_aes_strength = _AES_256
        info.wz_aes_version = pyzipper.zipfile_aes.WZ_AES_V2

    def finalize_zipinfo(self, info: Any) -> None:
        """Everything was said in update_zipinfo."""

    def encryption_header(self) -> bytes:
        return self._salt + self._verifier

    def encrypt(self, data: bytes) -> bytes:
        sealed = self._cipher.apply(data)
        self._mac.update(sealed)
        return sealed

    def flush(self) -> bytes:
        return self._mac.digest()[:MAC]


class Decrypter:
    """pyzipper's decrypter interface; `key` opens the member from any offset."""

    hmac_size = MAC

    def __init__(self, info: Any, pwd: bytes, encryption_header: bytes) -> None:
        if info.wz_aes_strength != _AES_256 or info.compress_type != pyzipper.ZIP_STORED:
            raise PackageError(Fault.MISMATCH, "jenis enkripsi")
        self.key, mac_key, verifier = _derived(pwd, encryption_header[:_SALT])
        if not hmac.compare_digest(verifier, encryption_header[_SALT:]):
            raise PackageError(Fault.WRONG_PASSPHRASE)
        self._cipher = CounterMode(self.key)
        self._mac = hmac.new(mac_key, digestmod="sha1")

    def decrypt(self, data: bytes) -> bytes:
        self._mac.update(data)
        return self._cipher.apply(data)

    def check_hmac(self, told: bytes) -> None:
        if not hmac.compare_digest(self._mac.digest()[:MAC], told):
            raise PackageError(Fault.MISMATCH, "HMAC")


class _MemberWriter(pyzipper.AESZipFile.zipwritefile_cls):  # type: ignore[misc] # untyped library
    """Writes a member whose size is known: final header first, nothing to go back for."""

    def __init__(self, archive: Any, info: Any, zip64: Any, encrypter: Any) -> None:
        info.flag_bits &= ~_DESCRIPTOR_FLAG
        info.compress_size = info.file_size + OVERHEAD
        super().__init__(archive, info, zip64, encrypter)

    def write(self, data: bytes) -> int:
        self._file_size += len(data)
        self._fileobj.write(self._encrypter.encrypt(data))
        return len(data)

    def close(self) -> None:
        if self.closed:
            return
        io.BufferedIOBase.close(self)
        archive, info = self._zipfile, self._zinfo
        if archive.fp is None:  # given up
            return
        if self._file_size != info.file_size:
            raise PackageError(Fault.MISMATCH, f"{self._file_size} != {info.file_size}")
        self._fileobj.write(self._encrypter.flush())
        archive.start_dir = self._fileobj.tell()
        archive._writing = False  # noqa: SLF001 # the protocol between pyzipper's two classes
        archive.filelist.append(info)
        archive.NameToInfo[info.filename] = info


class ArchiveWriter(pyzipper.AESZipFile):  # type: ignore[misc] # untyped library
    """Every member AES-256 (AE-2), stored, ZIP64, without times of its own."""

    zipwritefile_cls = _MemberWriter

    def __init__(self, sink: Any, passphrase: str) -> None:
        super().__init__(sink, "w", encryption=pyzipper.WZ_AES)
        self.setpassword(passphrase.encode("ascii"))

    def get_encrypter(self) -> _Encrypter:
        return _Encrypter(self.pwd)

    def begin(self, name: str, size: int) -> Any:
        """A writable member of exactly `size` bytes."""
        info = self.zipinfo_cls(name, FIXED_DATE)
        info.file_size = size
        return self.open(info, "w", force_zip64=True)

    def give_up(self) -> None:
        """Write nothing more, not even at garbage collection."""
        self.fp = None


class _MemberReader(pyzipper.AESZipFile.zipextfile_cls):  # type: ignore[misc] # untyped library
    def setup_aeszipdecrypter(self) -> type[Decrypter]:
        super().setup_aeszipdecrypter()
        return Decrypter

    def _update_crc(self, newdata: bytes) -> None:
        """AE-2 has no CRC: the HMAC takes its place."""

    @property
    def clear(self) -> tuple[int, int, bytes]:
        """Where the ciphertext begins in the archive, its length, and its key."""
        return self._compress_start, self._zinfo.file_size, self._decrypter.key


class ArchiveReader(pyzipper.AESZipFile):  # type: ignore[misc] # untyped library
    zipextfile_cls = _MemberReader

    def __init__(self, file: Any, passphrase: str) -> None:
        super().__init__(file, "r")
        self.setpassword(passphrase.encode("ascii"))


class Clear(io.RawIOBase):
    """A member's cleartext, seekable, decrypted where it is read; for one already verified."""

    def __init__(self, archive: io.RawIOBase, start: int, size: int, key: bytes) -> None:
        self._archive, self._start, self._size, self._key = archive, start, size, key
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: WriteableBuffer) -> int:
        room = memoryview(buffer).cast("B")
        count = max(0, min(len(room), self._size - self._at))
        self._archive.seek(self._start + self._at)
        sealed = self._archive.read(count) or b""
        room[: len(sealed)] = CounterMode(self._key, self._at).apply(sealed)
        self._at += len(sealed)
        return len(sealed)
