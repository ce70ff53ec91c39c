"""Keeps long-lived processes from growing: what libc's heaps hold free goes back to the system."""

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
    """Give large buffers back one by one, and share heaps between threads.

    A refill opens a day's keys of some 46 kB for each camera. On glibc's usual heaps such buffers
    leave holes that smaller things then fill: over 45 minutes with eight cameras the recorder
    grew by 12 % a day without this, by 4 % with it. Another libc has no mallopt and stays as it is.
    """
    with suppress(AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_MMAP_THRESHOLD, _LARGE)
        mallopt(_M_ARENA_MAX, _ARENAS)


def trim() -> None:
    """Give back the free pages between what is in use (glibc's malloc_trim, some 0.2 ms).

    Frames of all sizes come and go for ever: without it a heap is as large as the most that ever
    was in use at once, and rarer coincidences raise that for days.
    """
    with suppress(AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
