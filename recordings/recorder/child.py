"""Starts one media process and talks with it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from recordings.media.protocol import Channel, Stop

if TYPE_CHECKING:
    from recordings.media.protocol import Message, Order

ROOT: Final = Path(__file__).resolve().parents[2]
# A child that takes no message for so long hangs: it is replaced.
_PATIENCE: Final = 2.0
_ENVIRONMENT: Final = {
    "LC_ALL": "C.UTF-8",
    "PATH": "/usr/bin:/bin",
    # Sixteen threads would otherwise keep sixteen heaps of libav's buffers, and two still find new
    # holes to fill for days; and a buffer that is given back with each group of pictures costs a
    # page fault for every 4 KiB of the next.
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": str(8 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(16 << 20),
}
# What `make run` knows its own processes by.
_HANDED_ON: Final = ("PORTAL_RUN",)


class ChildGone(Exception):  # noqa: N818 - named for what happened
    """A media process died or hangs: never the fault of a disk or of a camera."""

    def __init__(self, child: Child, why: str) -> None:
        super().__init__(why)
        self.child = child


class Child:
    """A running media process. The thread that makes it must outlive it (PR_SET_PDEATHSIG)."""

    def __init__(self) -> None:
        self._channel, theirs = Channel.pair(patience=_PATIENCE)
        handed_on = {name: os.environ[name] for name in _HANDED_ON if name in os.environ}
        with theirs:
            number = theirs.fileno()
            self._process = subprocess.Popen(
                [sys.executable, "-sE", "-m", "recordings.media", str(number), str(os.getpid())],
                cwd=ROOT,
                env=_ENVIRONMENT | handed_on,
                pass_fds=(number,),
                stdin=subprocess.DEVNULL,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def fileno(self) -> int:
        return self._channel.fileno()

    def send(self, order: Order, descriptors: tuple[int, ...] = ()) -> None:
        """Raises ChildGone, whatever the kernel calls it: EPIPE, ECONNRESET, a full socket."""
        try:
            self._channel.send(order, descriptors)
        except OSError as error:
            raise ChildGone(self, f"takes no orders ({error})") from error

    def receive(self) -> Message | None:
        """The next report, None when the process has ended. Raises ProtocolError, OSError."""
        received = self._channel.receive()
        if received is None:
            return None
        message, descriptors = received
        for each in descriptors:
            os.close(each)
        return message

    def ask_to_stop(self) -> None:
        """Its last reports follow; after them `receive` gives None."""
        try:
            self._channel.send(Stop())
        except OSError:
            self._process.kill()

    def kill(self) -> None:
        """Ends it at once and waits for that; whatever it held open is closed afterwards."""
        self._process.kill()
        self._process.wait()
        self._channel.close()
