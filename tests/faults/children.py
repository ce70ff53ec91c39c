"""Work in a forked process that may be killed anywhere.

The parent is warm (Django, libav and the films are loaded) and holds no connection and no thread,
so that a child costs milliseconds and shares nothing with it but the code.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import signal
import socket
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

_BLOCK: Final = 1 << 16
_PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h
_libc: Final = ctypes.CDLL(None)
PATIENCE: Final = 90.0


class ChildFailed(Exception):  # noqa: N818 - named for what happened
    """A child that nobody killed ended with an exception; its traceback is the text."""


class ChildHangs(ChildFailed):
    """A child did not end in time."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended. `told`: what its work returned, through JSON; None when it was killed."""

    killed: bool
    told: Any
    seconds: float


class Child:
    """A forked process at work; `pid` may be sent any signal meanwhile."""

    def __init__(self, work: Callable[[], object], log: Path) -> None:
        self._began = time.monotonic()
        # A socket, because a fault may forbid it every write.
        self._ours, theirs = socket.socketpair()
        self.pid = os.fork()
        if not self.pid:
            self._ours.close()
            _live(work, theirs, log)
        theirs.close()

    def end(self, *, kill_after: float | None = None, patience: float = PATIENCE) -> Ended:
        """Waits for its end; kills it after so many seconds. Raises ChildFailed."""
        until = self._began + (patience if kill_after is None else kill_after)
        said, done = b"", False
        while not done:
            left = until - time.monotonic()
            if left <= 0 or not select.select([self._ours], [], [], left)[0]:
                os.kill(self.pid, signal.SIGKILL)
                until = time.monotonic() + PATIENCE
                continue
            block = self._ours.recv(_BLOCK)
            said, done = said + block, not block
        self._ours.close()
        status = os.waitpid(self.pid, 0)[1]
        seconds = time.monotonic() - self._began
        if os.WIFSIGNALED(status):
            if kill_after is None and seconds >= patience:
                raise ChildHangs(f"hung for {patience:.0f} s")
            return Ended(killed=True, told=None, seconds=seconds)
        if os.WEXITSTATUS(status):
            raise ChildFailed(said.decode(errors="replace"))
        return Ended(killed=False, told=json.loads(said), seconds=seconds)


def _live(work: Callable[[], object], parent: socket.socket, log: Path) -> None:
    """Never returns into the parent's code."""
    code = 1
    try:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        with log.open("ab") as output:
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
        said = json.dumps(work(), default=str)
        code = 0
    except BaseException:  # noqa: BLE001 - the parent reads it
        said = traceback.format_exc()
    parent.sendall(said.encode())
    os._exit(code)
