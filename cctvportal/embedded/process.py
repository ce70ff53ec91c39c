"""Start a program that must not outlive us, and end it."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from cctvportal.embedded.reach import Account

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_libc = ctypes.CDLL(None, use_errno=True)


def inherit_orphans() -> None:
    """Whatever our descendants leave behind becomes our child, so that we can end it."""
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def spawn(
    argv: Sequence[str | Path],
    *,
    log: Path,
    environment: Mapping[str, str],
    account: Account | None = None,
    when_we_die: signal.Signals = signal.SIGTERM,
    folder: str = "/",
) -> subprocess.Popen[bytes]:
    """A child in its own session that gets the signal should we be killed."""

    def tie_to_parent() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, int(when_we_die), 0, 0, 0)

    with log.open("ab") as output:
        return subprocess.Popen(
            [str(part) for part in argv],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=dict(environment),
            start_new_session=True,
            umask=0o077,
            user=None if account is None else account.uid,
            group=None if account is None else account.gid,
            extra_groups=None if account is None else [],
            # prctl alone, looked up before the fork; after setuid, which would clear the tie.
            preexec_fn=tie_to_parent,  # noqa: PLW1509 - starters have one thread
        )


def end(child: subprocess.Popen[bytes], first: signal.Signals, *, patience: float = 5.0) -> None:
    """The first signal, then SIGKILL for it and its session."""
    if child.poll() is None:
        child.send_signal(first)
        try:
            child.wait(patience)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def plain_environment() -> dict[str, str]:
    """What a server needs of our environment: no secret, no proxy, no locale surprise."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def tail(log: Path, lines: int = 5) -> str:
    """The end of a log, for the sentence that says why a program did not start."""
    if not log.exists():
        return ""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
