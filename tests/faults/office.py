"""A small office at work: a camera, a recorder, two workers, the beat; real processes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from tests.faults.ground import Ground

ROOT: Final = Path(__file__).resolve().parents[2]
_CELERY: Final = (sys.executable, "-m", "celery", "-A", "cctvportal")
_WORKER: Final = (*_CELERY, "worker", "--loglevel", "CRITICAL", "--without-gossip")
_QUIET: Final = (*_WORKER, "--without-mingle")
COMMANDS: Final = {
    "recorder": (*_QUIET, "-n", "recorder@faults", "-Q", "recorder", "--recorder", "-P", "solo"),
    "worker": (*_QUIET, "-n", "worker@faults", "-Q", "jobs", "-P", "threads", "-c", "4"),
    "exports": (*_QUIET, "-n", "exports@faults", "-Q", "exports", "-P", "threads", "-c", "2"),
    "beat": (*_CELERY, "beat", "--pidfile=", "--scheduler", "celery.beat.Scheduler", "-l", "ERROR"),
}
_PATIENCE: Final = 15.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def camera(port: int) -> tuple[str, ...]:
    """The command of a virtual camera with a keyframe a second."""
    options = ("--port", str(port), "--onvif-port", "0", "--gop", "1", "--size", "320x192")
    return (sys.executable, "-m", "devices.simulator", "--name", "Lobi", *options)


class Office:
    """Starts the programs named; each is started again when it was killed, as supervisord does."""

    def __init__(self, ground: Ground, *names: str, port: int = 0) -> None:
        self._ground = ground
        self._commands = {"camera": camera(port)} if port else {}
        self._commands |= {name: COMMANDS[name] for name in names}
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        for name in self._commands:
            self.start(name)
        return self

    def __exit__(self, *_: object) -> None:
        # The camera last, so that an ordinary end books no broken camera.
        for name in reversed(self._commands):
            self.stop(name)

    def start(self, name: str) -> None:
        with self._ground.log.open("ab") as output:
            self._running[name] = subprocess.Popen(
                self._commands[name],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def stop(self, name: str) -> None:
        """In order; at once when that takes too long."""
        process = self._running.pop(name, None)
        if process is None:
            return
        process.send_signal(signal.SIGCONT)
        process.terminate()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            _end_group(process)

    def kill(self, name: str) -> None:
        """SIGKILL for the program and its children; it is started again at once."""
        _end_group(self._running.pop(name))
        self.start(name)

    def signal(self, name: str, number: signal.Signals) -> None:
        self._running[name].send_signal(number)

    def children(self, name: str) -> list[int]:
        """Processes that the program started: the media processes of a recorder."""
        pid = self._running[name].pid
        listed = Path(f"/proc/{pid}/task").glob("*/children")
        return [int(number) for path in listed for number in path.read_text().split()]


def _end_group(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
