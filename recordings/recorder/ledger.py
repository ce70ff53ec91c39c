"""The recorder's talk with PostgreSQL, in a thread of its own.

Recording never waits for it: what is to be written lies in a queue, in order, and is tried again
until the database takes it.
"""

from __future__ import annotations

import logging
import threading
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
from recordings.enums import AlarmKind
from recordings.models import Volume
from recordings.recorder import notes
from recordings.recorder.book import Book
from recordings.recorder.contact import Contact, Outage, since_boot
from recordings.recorder.notes import AlarmCleared, AlarmRaised, Note
from recordings.recorder.stock import Spare
from recordings.recorder.wanted import Wanted
from recordings.services import leases, salvage, sealing

log = logging.getLogger(__name__)

SYNC_SECONDS: Final = 1.0
_FRAMES_SECONDS: Final = 5.0
_ASIDE_SECONDS: Final = 3600.0
_MOST_PATIENCE: Final = 3.0
# So often may the database, answering well, refuse one piece of work before it is set aside.
_MOST_REFUSALS: Final = 5
# What the connection's loss looks like; anything else is the fault of one piece of work.
_AWAY: Final = (OperationalError, InterfaceError)

Work = Callable[[], object]
News = Callable[[dict[int, Wanted], dict[int, list[Spare]], float], None]


class Ledger:
    """Keeps the node's leases, and writes what the supervisor has to say.

    `tell` gets all cameras that the node holds, the spares of those that are new, and when the
    database was asked (seconds since boot). `is_recording` says whether whoever is told still
    works: a recorder that hangs must lose its cameras to another node.
    """

    tell: News

    def __init__(self, node: str) -> None:
        self.node = node
        self._owner = leases.owner_name(node)
        self._queue: deque[Work | Note] = deque()
        self._wake = threading.Event()
        self._frames: dict[int, datetime] = {}
        self._book = Book(node)
        self._contact = Contact()
        self._started = False
        self._refusals = 0
        self._due = dict.fromkeys(("sync", "renew", "frames", "aside"), 0.0)
        self.is_recording: Callable[[], bool] = lambda: True

    # From any thread -----------------------------------------------------------------------

    def later(self, work: Work | Note) -> None:
        """Writes after all that came before. It may be written twice: it must be repeatable."""
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
        self.later(lambda: salvage.unfinished(volume, by=SYSTEM))

    # In its own thread ---------------------------------------------------------------------

    def run(self, stop: threading.Event) -> None:
        """Until `stop`; then what is queued is still written, while the database is there."""
        patience = 0.0
        try:
            while not stop.is_set():
                self._wake.wait(_sync_seconds() / 2)
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
        results = [self._survives(step) for step in (self._sync, self._write)]
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

    # Notes ---------------------------------------------------------------------------------

    def _write(self, *, at_last: bool = False) -> None:
        """After a long outage much is to be written: leases are renewed in between.

        `at_last` nothing is put off, and what is refused is not tried again.
        """
        until = since_boot() + leases.lease_seconds() / 8
        while self._queue:
            if since_boot() > until and not at_last:
                self._wake.set()
                return
            work = self._queue[0]
            try:
                work() if callable(work) else work.write()
            except Exception as error:
                # One note, or one sick disk, must not stop the node's books and leases.
                most = 1 if at_last else _MOST_REFUSALS
                if isinstance(error, _AWAY) and not self._is_poison(most):
                    raise
                log.exception("a note was refused")
                if not callable(work):  # the facts of a segment lie beside its file anyway
                    notes.set_aside(work)
            self._queue.popleft()
            self._refusals = 0

    def _is_poison(self, after: int) -> bool:
        """Whether the database has refused the first note `after` times though it answers well.

        Called while that note's error is handled; never true in an outage, however long.
        """
        connection.close()
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except _AWAY:
            self._refusals = 0
            return False
        self._refusals += 1
        return self._refusals >= after

    # Cameras -------------------------------------------------------------------------------

    def _sync(self) -> None:
        if not self._is_due("sync", _sync_seconds()):
            return
        moment = since_boot()
        try:
            self._renew()
            if self.is_recording():
                leases.claim(self._owner, steady=self._contact.steady, by=SYSTEM)
            held = leases.held(self._owner, by=SYSTEM)
        except _AWAY:
            self._due["sync"] = 0.0
            self._contact.missed()
            raise
        if outage := self._contact.reached():
            self._tell_outage(outage)
        wanted, spares = self._book.turn(held)
        self.tell(wanted, spares, moment)
        for volume in {wanted[pk].volume for pk in spares}:
            self.salvage(volume)

    def _renew(self) -> None:
        if not self._started:
            leases.take_back(self._owner, by=SYSTEM)
            self._started = True
        if self._is_due("renew", leases.lease_seconds() / 4):
            if self.is_recording():
                leases.renew(self._owner, by=SYSTEM)
            else:
                log.error("the recorder hangs: its leases are left to run out")
        if self._is_due("frames", _FRAMES_SECONDS):
            frames, self._frames = self._frames, {}
            leases.note_frames(self._owner, frames, by=SYSTEM)
        if self._is_due("aside", _ASIDE_SECONDS):
            notes.try_again()

    def _tell_outage(self, outage: Outage) -> None:
        """The times at which it was so: this could not be told while it was."""
        kind = AlarmKind.DATABASE_AWAY
        facts = {"since_at": outage.start.isoformat(), "until_at": outage.end.isoformat()}
        self.later(AlarmRaised(kind, self.node, facts, outage.start))
        self.later(AlarmCleared(kind, self.node, outage.end))

    def _is_due(self, name: str, every: float) -> bool:
        moment = since_boot()
        if moment < self._due[name]:
            return False
        self._due[name] = moment + every
        return True

    def _finish(self) -> None:
        try:
            self._write(at_last=True)
            leases.note_frames(self._owner, self._frames, by=SYSTEM)
            leases.release(self._owner, by=SYSTEM)
        except (DatabaseError, InterfaceError) as error:
            log.warning("leases stay to run out: %s", type(error).__name__)
            for work in self._queue:
                if not callable(work):
                    notes.set_aside(work)  # for the next recorder of this node


def _sync_seconds() -> float:
    return min(SYNC_SECONDS, float(settings.LEASE_SECONDS) / 6)
