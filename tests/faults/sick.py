"""EIO from the kernel for every write, fsync or read of a process, from one moment on.

A seccomp filter answers the system call with the error before any file system sees it. It needs no
tool and no right, and it cannot be taken back: the process goes on with it to its end. Standard
streams stay as they are, and talk over sockets (the database, the parent) uses other calls.
"""

from __future__ import annotations

import ctypes
import errno
import platform
from typing import Final

# linux/audit.h; asm/unistd.h
_ARCHITECTURES: Final = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_NUMBERS: Final = {
    "x86_64": {
        "write": (1, 18, 20, 296),  # write, pwrite64, writev, pwritev
        "fsync": (74, 75, 306),  # fsync, fdatasync, syncfs
        "read": (0, 17, 19, 295),  # read, pread64, readv, preadv
    },
    "aarch64": {
        "write": (64, 68, 66, 70),
        "fsync": (82, 83, 267),
        "read": (63, 67, 65, 69),
    },
}
_SECCOMP: Final = {"x86_64": 317, "aarch64": 277}
_SET_MODE_FILTER, _ALL_THREADS = 1, 1  # linux/seccomp.h
_PR_SET_NO_NEW_PRIVS: Final = 38
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
# linux/bpf_common.h: load a word, jump if equal, jump if greater, return
_LOAD, _EQUAL, _GREATER, _RETURN = 0x20, 0x15, 0x25, 0x06
_NR, _ARCH, _FIRST_ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data
_LAST_STREAM: Final = 2

CALLS: Final = tuple(_NUMBERS["x86_64"])


class _Instruction(ctypes.Structure):
    _fields_ = [
        ("code", ctypes.c_uint16),
        ("jt", ctypes.c_uint8),
        ("jf", ctypes.c_uint8),
        ("k", ctypes.c_uint32),
    ]


class _Program(ctypes.Structure):
    _fields_ = [
        ("length", ctypes.c_ushort),
        ("filter", ctypes.POINTER(_Instruction)),
    ]


def cannot() -> str:
    """Why this machine has no such filter; empty where it has."""
    machine = platform.machine()
    return "" if machine in _NUMBERS else f"seccomp belum ditulis untuk {machine}"


def fall_sick(call: str, code: int = errno.EIO) -> None:
    """From now on `call` ("write", "fsync", "read") fails in every thread. Raises OSError."""
    machine = platform.machine()
    numbers = _NUMBERS[machine][call]
    lines = [
        (_LOAD, 0, 0, _ARCH),
        (_EQUAL, 1, 0, _ARCHITECTURES[machine]),
        (_RETURN, 0, 0, _ALLOW),
        (_LOAD, 0, 0, _NR),
        *((_EQUAL, len(numbers) - n, 0, number) for n, number in enumerate(numbers)),
        (_RETURN, 0, 0, _ALLOW),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_GREATER, 1, 0, _LAST_STREAM),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _ERRNO | code),
    ]
    program = (_Instruction * len(lines))(*(_Instruction(*line) for line in lines))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    filter_ = ctypes.byref(_Program(len(lines), program))
    if libc.syscall(_SECCOMP[machine], _SET_MODE_FILTER, _ALL_THREADS, filter_):
        raise OSError(ctypes.get_errno(), "seccomp")
