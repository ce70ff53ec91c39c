"""The recorder of one node: three threads and its media processes."""

from __future__ import annotations

import fcntl
import logging
import os
import random
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, connection

from cctvportal.accounts.access import SYSTEM
from cctvportal.common.clock import WIB, now
from recordings.models import Volume
from recordings.recorder.ledger import Ledger
from recordings.recorder.supervisor import Supervisor
from recordings.services.reconcile import reconcile
from recordings.services.volumes import VolumeUnavailable

log = logging.getLogger(__name__)

_QUIET_HOUR: Final = 2
_RECONCILE_AFTER: Final = 5.0
_TRY_AGAIN: Final = 60.0
_LOCK_PATIENCE: Final = 0.5
_JOIN_SECONDS: Final = 8.0


class Recorder:
    """Records the cameras of `node` from `start` to `stop`. Building it starts nothing.

    One recorder a node: a second waits for the lock of the first, which ends with its process.
    `on_failure` is called when recording ends without `stop`.
    """

    def __init__(self, node: str, on_failure: Callable[[], None] | None = None) -> None:
        self._node = node
        self._on_failure = on_failure
        self._stop = threading.Event()
        self.ledger = Ledger(node)
        self.supervisor = Supervisor(self.ledger)
        self.ledger.tell = self.supervisor.want
        self.ledger.is_recording = self.supervisor.is_turning
        self._threads: list[threading.Thread] = []
        self._reconciled: set[UUID] = set()  # in this round

    def start(self) -> None:
        self._run("recorder", self._supervise)

    def stop(self) -> None:
        """Finishes the segments under way, lets go of the cameras, waits for both."""
        self._stop.set()
        self.supervisor.wake()
        self.ledger.wake()
        for thread in self._threads:
            thread.join(_JOIN_SECONDS)

    def _run(self, name: str, work: Callable[[], None]) -> threading.Thread:
        thread = threading.Thread(target=work, name=f"{name}-{self._node}", daemon=True)
        self._threads.append(thread)
        thread.start()
        return thread

    def _supervise(self) -> None:
        """The thread that starts media processes; the kernel ends them when it ends."""
        lock = self._lock()
        if lock is None:
            return
        # The ledger outlives the supervisor, to write what that seals at the end.
        ledger_stop = threading.Event()
        ledger = threading.Thread(
            target=self.ledger.run, args=(ledger_stop,), name=f"ledger-{self._node}", daemon=True
        )
        ledger.start()
        self._run("reconcile", self._reconcile)
        try:
            self.supervisor.run(self._stop)
        except Exception:
            log.exception("recorder ends")
        finally:
            ledger_stop.set()
            self.ledger.wake()
            ledger.join(_JOIN_SECONDS / 2)
            os.close(lock)
        if self._on_failure is not None and not self._stop.is_set():
            self._on_failure()

    def _lock(self) -> int | None:
        """The descriptor that holds this node's lock, None when `stop` came first."""
        path = Path(settings.PORTAL_DATA_DIR) / f"recorder-{self._node}.lock"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                log.warning("another recorder of node %s is still running", self._node)
            else:
                return descriptor
            if self._stop.wait(_LOCK_PATIENCE):
                os.close(descriptor)
                return None

    def _reconcile(self) -> None:
        """Soon after the start, when recording has begun, and then every night."""
        wait = _RECONCILE_AFTER
        while not self._stop.wait(wait):
            try:
                wait = until_night() if self._reconcile_all() else _TRY_AGAIN
            except DatabaseError as error:
                log.warning("reconcile has to wait: %s", error)
                wait = _TRY_AGAIN
            finally:
                connection.close()

    def _reconcile_all(self) -> bool:
        """Each volume for itself: one that is away keeps no other from it. False when one was."""
        done = True
        for volume in Volume.objects.filter(node=self._node).exclude(pk__in=self._reconciled):
            try:
                reconcile(volume, by=SYSTEM)
            except (VolumeUnavailable, OSError) as error:
                log.warning("reconcile of %s has to wait: %s", volume.pk, error)
                done = False
            else:
                self._reconciled.add(volume.pk)
        if done:
            self._reconciled.clear()
        return done


def until_night() -> float:
    """Seconds to the next quiet hour here, some minutes later or sooner for each node."""
    here = now().astimezone(WIB)
    night = here.replace(hour=_QUIET_HOUR, minute=0, second=0) + timedelta(
        minutes=random.uniform(0, 60)  # noqa: S311 - it only spreads the load
    )
    return ((night - here) % timedelta(days=1)).total_seconds() or 1.0
