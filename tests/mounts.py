"""Small disks that are really full, where this machine lets a test mount one."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(place: Path, size: int) -> Iterator[None]:
    """A filesystem of `size` bytes on the folder `place`. Skips the test where that is refused."""
    if os.geteuid() != 0:
        pytest.skip("Mounting a small disk needs root.")
    command = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "tmpfs", str(place)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"This machine mounts no tmpfs: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(place)], check=False)


class Filler:
    """A file that takes the room away."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "pengisi"

    def leave(self, free: int) -> None:
        """`free` bytes, or a little more; 0 to the last byte."""
        with self._path.open("ab") as file:
            room = os.statvfs(self._path)
            want = room.f_bavail * room.f_frsize - free
            if want > 0:
                os.posix_fallocate(file.fileno(), file.tell(), want)

    def go(self) -> None:
        self._path.unlink(missing_ok=True)
