"""The recorder's talk with PostgreSQL, in a thread of its own.

Recording never waits for it: what is to be written lies in a queue, in order, and is tried again
until the database takes it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from django.conf import settings
from django.db import (
    DatabaseError,
    InterfaceError,
    OperationalError,
    close_old_connections,
    connection,
)

from cctvportal.accounts.access import SYSTEM
from cctvportal.common.clock import now
from recordings.enums import GapCause
from recordings.models import RecordingPlan, Volume
from recordings.recorder.stock import Spare, leftover
from recordings.recorder.wanted import Unusable, Wanted, of_plan
from recordings.services import gaps, leases, plans, salvage, sealing
from recordings.services.volumes import VolumeUnavailable

log = logging.getLogger(__name__)

SYNC_SECONDS: Final = 2.0
_FRAMES_SECONDS: Final = 5.0
_MOST_PATIENCE: Final = 5.0
# What the connection's loss looks like; anything else is the fault of one piece of work.
_AWAY: Final = (OperationalError, InterfaceError)

Work = Callable[[], object]
News = Callable[[dict[int, Wanted], dict[int, list[Spare]]], None]


class Ledger:
    """`tell` gets all cameras that the node holds, and the spares of those that are new."""

    tell: News

    def __init__(self, node: str) -> None:
        self._node = node
        self._queue: deque[Work] = deque()
        self._wake = threading.Event()
        self._frames: dict[int, datetime] = {}
        self._held: dict[int, Wanted] = {}
        self._unowned: dict[int, float] = {}
        self._unusable: dict[int, str] = {}
        self._started = False
        self._due = dict.fromkeys(("sync", "renew", "frames"), 0.0)

    # From any thread -----------------------------------------------------------------------

    def later(self, work: Work) -> None:
        """Runs `work` after all that came before. It may run twice: it must be repeatable."""
        self._queue.append(work)
        self._wake.set()

    def note_frame(self, camera_id: int, at: float) -> None:
        self._frames[camera_id] = datetime.fromtimestamp(at, UTC)

    def note_spares(self, spares: list[Spare]) -> None:
        def write() -> None:
            sealing.note_prepared([spare.row for spare in spares], by=SYSTEM)
            for spare in spares:
                spare.noted = True

        self.later(write)

    def salvage(self, volume: Volume) -> None:
        """Looks for what a dead process left on the volume."""
        self.later(lambda: _salvage(volume))

    # In its own thread ---------------------------------------------------------------------

    def run(self, stop: threading.Event) -> None:
        """Until `stop`; then what is queued is still written, while the database is there."""
        patience = 0.0
        try:
            while not stop.is_set():
                self._wake.wait(SYNC_SECONDS / 2)
                self._wake.clear()
                patience = 0.0 if self._turn() else min(patience * 2 + 0.5, _MOST_PATIENCE)
                stop.wait(patience)
            self._finish()
        finally:
            connection.close()

    def wake(self) -> None:
        self._wake.set()

    def _turn(self) -> bool:
        """False when the database is away. Leases are renewed whatever became of the notes."""
        close_old_connections()
        results = [self._survives(step) for step in (self._write, self._sync)]
        return all(results)

    def _survives(self, step: Callable[[], None]) -> bool:
        try:
            step()
        except _AWAY as error:
            log.warning("database away: %s", type(error).__name__)
            connection.close()
            return False
        except Exception:
            log.exception("ledger")
            connection.close()
            return False
        return True

    def _write(self) -> None:
        while self._queue:
            work = self._queue[0]
            try:
                work()
            except _AWAY:
                raise
            except Exception:
                # One note, or one sick disk, must not stop the node's books and leases. The files
                # are safe with their sidecars: reconcile looks again.
                log.exception("a note was refused")
            self._queue.popleft()

    def _sync(self) -> None:
        if not self._started:
            leases.take_back(self._node, by=SYSTEM)
            self._started = True
        if self._is_due("renew", settings.LEASE_SECONDS / 4):
            leases.renew(self._node, by=SYSTEM)
        if self._is_due("frames", _FRAMES_SECONDS):
            frames, self._frames = self._frames, {}
            leases.note_frames(frames, by=SYSTEM)
        if self._is_due("sync", SYNC_SECONDS):
            leases.claim(self._node, waited_for=self._waited_for(), by=SYSTEM)
            self._tell_held(leases.held(self._node, by=SYSTEM))

    def _waited_for(self) -> list[int]:
        """Cameras of other nodes that nobody has held for a lease's time, as we saw it."""
        moment = time.monotonic()
        seen = leases.unowned(by=SYSTEM)
        self._unowned = {pk: self._unowned.get(pk, moment) for pk in seen}
        return [
            pk for pk, first in self._unowned.items() if moment - first > settings.LEASE_SECONDS
        ]

    def _tell_held(self, held: list[RecordingPlan]) -> None:
        wanted: dict[int, Wanted] = {}
        spares: dict[int, list[Spare]] = {}
        for plan in held:
            if plan.pk not in self._held and plan.pk not in self._unusable:
                gaps.note_restart(plan.pk, at=now(), by=SYSTEM)
            try:
                wanted[plan.pk] = of_plan(plan, self._volume(plan))
            except (Unusable, VolumeUnavailable) as reason:
                self._refuse(plan.pk, str(reason))
                continue
            self._unusable.pop(plan.pk, None)
            if plan.pk not in self._held:
                spares[plan.pk] = _leftover(wanted[plan.pk])
        for pk in self._held.keys() - wanted.keys():
            gaps.note_left(pk, at=now(), by=SYSTEM)
        new = {wanted[pk].volume for pk in spares}
        self._held = wanted
        self.tell(wanted, spares)
        for volume in new:
            self.salvage(volume)

    def _refuse(self, pk: int, reason: str) -> None:
        """Told once; the gap stays open until somebody corrects the camera."""
        if self._unusable.get(pk) != reason:
            self._unusable[pk] = reason
            log.error("camera %s cannot be recorded: %s", pk, reason)
            cause = GapCause.NOT_VIDEO
            gaps.open_gap(pk, cause=cause, since=now(), detail=reason, by=SYSTEM)

    def _volume(self, plan: RecordingPlan) -> Volume:
        """The planned one, or ours when the camera was taken over from another node."""
        if plan.volume.node == self._node:
            return plan.volume
        return plans.default_volume(node=self._node, by=SYSTEM)

    def _is_due(self, name: str, every: float) -> bool:
        moment = time.monotonic()
        if moment < self._due[name]:
            return False
        self._due[name] = moment + every
        return True

    def _finish(self) -> None:
        try:
            self._write()
            leases.note_frames(self._frames, by=SYSTEM)
            leases.release(self._node, by=SYSTEM)
        except (DatabaseError, InterfaceError) as error:
            log.warning("leases stay to run out: %s", type(error).__name__)


def _leftover(wanted: Wanted) -> list[Spare]:
    try:
        return leftover(wanted.camera_id, wanted.volume)
    except (VolumeUnavailable, OSError):
        return []


def _salvage(volume: Volume) -> None:
    salvage.unfinished(volume, by=SYSTEM)
