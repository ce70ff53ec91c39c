"""Recorder nodes as an office runs them: Celery workers, each with processes of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

import psycopg2
from django.conf import settings

from cctvportal.common.clock import now
from recordings.services.leases import node_of

if TYPE_CHECKING:
    from datetime import datetime

ROOT = Path(__file__).resolve().parents[3]
COMMAND = "-m celery -A cctvportal worker -Q recorder --recorder -P solo"
QUIET = "--without-gossip --without-mingle --loglevel WARNING"


def crowd() -> float:
    """The promises are for a machine with a core to spare; suites run beside other work."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


class Node:
    """The recorder's worker of one node, in a process group of its own."""

    def __init__(self, name: str, **environment: str) -> None:
        self.name = name
        self._environment = environment
        self.start()

    def start(self) -> None:
        command = [sys.executable, *COMMAND.split(), "-n", f"{self.name}@test", *QUIET.split()]
        ours = {"PORTAL_NODE": self.name, "PORTAL_MASTER_KEY": settings.PORTAL_MASTER_KEY}
        environment = {**os.environ, "PORTAL_SEGMENT_SECONDS": "2", **ours, **self._environment}
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)

    def kill(self) -> datetime:
        """The whole group, media processes too, at once; returns when."""
        os.killpg(self.process.pid, signal.SIGKILL)
        moment = now()
        self.process.wait()
        return moment

    def freeze(self) -> datetime:
        os.killpg(self.process.pid, signal.SIGSTOP)
        return now()

    def thaw(self) -> datetime:
        moment = now()
        os.killpg(self.process.pid, signal.SIGCONT)
        return moment

    def stop(self) -> datetime:
        """In order, as a supervisor ends it; returns when it was asked to."""
        moment = now()
        if self.process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGCONT)
            self.process.terminate()
            self.process.wait(30)
        return moment

    def media_processes(self) -> list[int]:
        return [
            int(number)
            for listed in Path(f"/proc/{self.process.pid}/task").glob("*/children")
            for number in listed.read_text().split()
        ]


@dataclass(frozen=True, slots=True)
class Sample:
    """One look at all leases: camera -> (node, fence)."""

    at: float
    owners: dict[int, tuple[str, int]]


class Sampler(threading.Thread):
    """Looks at the leases over and over, on a connection of its own, until the block ends."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self._url = url
        self._over = threading.Event()
        self.samples: list[Sample] = []

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join()

    def run(self) -> None:
        connection = psycopg2.connect(self._url)
        connection.autocommit = True
        with connection.cursor() as cursor:
            while not self._over.wait(0.1):
                cursor.execute("SELECT camera_id, owner, fence FROM recordings_recordingplan")
                owners = {pk: (node_of(owner), fence) for pk, owner, fence in cursor.fetchall()}
                self.samples.append(Sample(time.time(), owners))
        connection.close()

    def history(self, camera: int) -> list[tuple[str, int]]:
        """Its owners with their fences, one entry a change."""
        found: list[tuple[str, int]] = []
        for sample in self.samples:
            if not found or found[-1] != sample.owners[camera]:
                found.append(sample.owners[camera])
        return found
