"""Find and end processes: our own descendants, and what a killed run left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

from cctvportal.embedded.programs import MARK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_PROC = Path("/proc")


def _pids() -> list[int]:
    return [int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit()]


def marked(data_dir: Path) -> set[int]:
    """Processes of an earlier run on this data folder; those of other users are not readable.

    PostgreSQL's own children write over their environment, and are known by their folder.
    """
    mark = f"{MARK}={data_dir}".encode()
    cluster = (data_dir / "postgres").resolve()
    found = set()
    for pid in _pids():
        process = _PROC / str(pid)
        with contextlib.suppress(OSError):
            ours = mark in (process / "environ").read_bytes().split(b"\0")
            if pid != os.getpid() and (ours or (process / "cwd").resolve() == cluster):
                found.add(pid)
    return found


def descendants() -> set[int]:
    """All below us that still run. With `inherit_orphans` nothing escapes by forking twice."""
    parents: dict[int, int] = {}
    for pid in _pids():
        with contextlib.suppress(OSError):
            # The name in parentheses may hold anything; state and parent follow it.
            state, parent = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[:2]
            if state != "Z":
                parents[pid] = int(parent)
    found: set[int] = set()
    while True:
        more = {pid for pid, parent in parents.items() if parent in found | {os.getpid()}} - found
        if not more:
            return found
        found |= more


def end_all(find: Callable[[], set[int]], *, patience: float) -> int:
    """SIGTERM, then after `patience` seconds SIGKILL, until there is nothing left; how many."""
    first = find()
    _signal(first, signal.SIGTERM)
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and find():
        reap()
        time.sleep(0.05)
    # What forks while it is being killed shows up in the next round.
    for _ in range(20):
        rest = find()
        if not rest:
            break
        _signal(rest, signal.SIGKILL)
        reap()
        time.sleep(0.05)
    reap()
    return len(first)


def _signal(pids: Iterable[int], number: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def reap() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
