"""What can go wrong between the export and a disk that may be handed over."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Final


class Fault(StrEnum):
    DISK_FULL = "DISK_FULL"
    READ_ONLY = "READ_ONLY"
    MARKER_MISSING = "MARKER_MISSING"
    OTHER_DISK = "OTHER_DISK"
    SYSTEM_DISK = "SYSTEM_DISK"
    DISK_GONE = "DISK_GONE"
    PLANTED = "PLANTED"
    NAME_TAKEN = "NAME_TAKEN"
    TOO_LARGE = "TOO_LARGE"
    WRONG_PASSPHRASE = "WRONG_PASSPHRASE"  # noqa: S105 # the name of a fault
    MISMATCH = "MISMATCH"
    BAD_NAME = "BAD_NAME"
    BAD_PASSPHRASE = "BAD_PASSPHRASE"  # noqa: S105 # the name of a fault


_SENTENCES: Final = {
    Fault.DISK_FULL: "Hard disk penuh. Kosongkan atau ganti hard disk, lalu ulangi ekspor.",
    Fault.READ_ONLY: "Hard disk tidak dapat ditulisi. Buka kunci tulisnya atau periksa izinnya, "
    "lalu ulangi ekspor.",
    Fault.MARKER_MISSING: "Tanda pengenal hard disk tidak ditemukan. Pasang hard disk yang "
    "terdaftar, atau daftarkan dahulu hard disk ini.",
    Fault.OTHER_DISK: "Hard disk yang terpasang bukan yang dipilih. Pasang hard disk yang benar, "
    "lalu ulangi.",
    Fault.SYSTEM_DISK: "Folder ini berada di disk sistem, bukan di hard disk eksternal. Pasang "
    "hard disknya dahulu, lalu ulangi.",
    Fault.DISK_GONE: "Hard disk terlepas atau bermasalah saat dipakai. Pasang kembali, jangan "
    "dicabut sampai selesai, lalu ulangi.",
    Fault.PLANTED: "Di hard disk ada berkas atau tautan yang tidak dibuat portal. Periksa isinya, "
    "hapus yang asing, lalu ulangi.",
    Fault.NAME_TAKEN: "Paket dengan nama ini sudah ada di hard disk. Pindahkan atau hapus paket "
    "lama, lalu ulangi.",
    Fault.TOO_LARGE: "Satu rekaman terlalu besar untuk sistem berkas hard disk ini (batas 4 GB). "
    "Pakai hard disk berformat exFAT atau persempit rentang waktunya.",
    Fault.WRONG_PASSPHRASE: "Paket tidak dapat dibuka dengan kata sandi ini. Ulangi ekspor dari "
    "awal.",
    Fault.MISMATCH: "Isi hard disk tidak sama dengan yang ditulis. Jangan serahkan hard disk ini; "
    "ulangi ekspor, sebaiknya ke hard disk lain.",
    Fault.BAD_NAME: "Nama berkas dalam paket hanya boleh huruf, angka, titik, dan garis.",
    Fault.BAD_PASSPHRASE: "Kata sandi terdiri dari 20 huruf dan angka dalam lima kelompok. "
    "Periksa lagi, lalu ketik ulang.",
}
_BY_ERRNO: Final = {
    errno.ENOSPC: Fault.DISK_FULL,
    errno.EDQUOT: Fault.DISK_FULL,
    errno.EFBIG: Fault.TOO_LARGE,
    errno.EROFS: Fault.READ_ONLY,
    errno.EACCES: Fault.READ_ONLY,
    errno.EPERM: Fault.READ_ONLY,
    errno.ELOOP: Fault.PLANTED,
    errno.ENOTDIR: Fault.PLANTED,
    errno.EISDIR: Fault.PLANTED,
    errno.EEXIST: Fault.PLANTED,
    errno.ENOENT: Fault.DISK_GONE,
    errno.EIO: Fault.DISK_GONE,
    errno.ENODEV: Fault.DISK_GONE,
    errno.ENXIO: Fault.DISK_GONE,
    errno.ESTALE: Fault.DISK_GONE,
    errno.ENOTCONN: Fault.DISK_GONE,
    errno.ETIMEDOUT: Fault.DISK_GONE,
}


class PackageError(Exception):
    """`str()` is a sentence that says what to do; `detail` (for the log) names files and numbers.

    Neither holds a passphrase or anything about people.
    """

    def __init__(self, fault: Fault, detail: str = "") -> None:
        self.fault = fault
        self.detail = detail
        super().__init__(_SENTENCES[fault])


@contextmanager
def told() -> Iterator[None]:
    """Turn the operating system's errors on the disk into PackageError; unknown ones pass."""
    try:
        yield
    except OSError as error:
        fault = _BY_ERRNO.get(error.errno or 0)
        if fault is None:
            raise
        raise PackageError(fault, f"{errno.errorcode[error.errno or 0]}") from error
