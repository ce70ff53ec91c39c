"""Keeps the recorder's memory from growing through a year of keystore files and sidecars."""

from __future__ import annotations

import ctypes
from contextlib import suppress
from typing import Final

# malloc.h of glibc
_M_MMAP_THRESHOLD: Final = -3
_M_ARENA_MAX: Final = -8
_LARGE: Final = 16 << 10
_ARENAS: Final = 2


def settle() -> None:
    """Give large buffers back to the system one by one, and share heaps between threads.

    A refill opens a day's keys of some 46 kB for each camera. On glibc's usual heaps such buffers
    leave holes that smaller things then fill. Another libc has no mallopt and stays as it is.
    """
    with suppress(AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_MMAP_THRESHOLD, _LARGE)
        mallopt(_M_ARENA_MAX, _ARENAS)
