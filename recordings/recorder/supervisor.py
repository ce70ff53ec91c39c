"""Runs the media processes of one node and puts what they write in its place.

It never talks to the database: the ledger tells it what to record, and takes notes from it. Its
thread must live as long as its children do (see `child`).
"""

from __future__ import annotations

import errno
import logging
import os
import select
import threading
import time
from collections import defaultdict
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from cctvportal.accounts.access import SYSTEM
from recordings.enums import GapCause
from recordings.media.errors import MediaError
from recordings.media.protocol import (
    Broken,
    Closed,
    Health,
    Lost,
    Opened,
    ProtocolError,
    Unwatched,
)
from recordings.recorder.bells import Bells, Refusal
from recordings.recorder.child import Child, ChildGone
from recordings.recorder.contact import since_boot
from recordings.recorder.crew import Crew
from recordings.recorder.disks import Disks
from recordings.recorder.notes import GapClosed, GapOpened
from recordings.recorder.seat import Phase, Seat
from recordings.recorder.stock import Spare, Stock
from recordings.services import gaps, leases, sealing
from recordings.services.volumes import VolumeUnavailable

if TYPE_CHECKING:
    from uuid import UUID

    from recordings.media.protocol import Message
    from recordings.recorder.ledger import Ledger
    from recordings.recorder.wanted import Wanted

log = logging.getLogger(__name__)

_TURN: Final = 1.0
_STOP_SECONDS: Final = 4.0
# The books get sentences of ours; what the system said stands in the log.
_UNWRITABLE: Final = Refusal("Media simpan tidak dapat ditulis.")
_NO_ROOM: Final = Refusal("Media simpan penuh.", full=True)
_NO_KEYS: Final = Refusal(
    "Kunci rekaman tidak dapat ditulis ke folder data: perekaman berhenti dalam sepuluh menit.",
    name="Tempat kunci rekaman",
)


def _refusal(code: int | None) -> Refusal:
    return _NO_ROOM if code in {errno.ENOSPC, errno.EDQUOT} else _UNWRITABLE


class Supervisor:
    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._disks = Disks()
        self._bells = Bells()
        self._crew = Crew()
        self._seats: dict[UUID, Seat] = {}
        self._wanted: dict[UUID, Wanted] = {}
        self._spares: dict[UUID, list[Spare]] = {}
        self._turned = since_boot()
        self._doubt = 0.0  # since when we may hold nothing; 0 when there is no doubt
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._lock = threading.Lock()

    # From any thread -----------------------------------------------------------------------

    def want(self, wanted: dict[int, Wanted], spares: dict[int, list[Spare]], asked: float) -> None:
        """All that this node shall record from now on; `asked` in seconds since boot."""
        with self._lock:
            self._wanted = {each.camera: each for each in wanted.values()}
            for pk, mine in spares.items():
                self._spares[wanted[pk].camera] = mine
            if asked > self._doubt:
                self._doubt = 0.0
        self.wake()

    def wake(self) -> None:
        os.eventfd_write(self._bell, 1)

    @property
    def pids(self) -> list[int]:
        """Of the media processes."""
        return [child.pid for child in self._crew]

    def is_turning(self) -> bool:
        """False when this thread hangs, in a disk that answers no more for instance."""
        return since_boot() - self._turned < leases.lease_seconds()

    # In its own thread ---------------------------------------------------------------------

    def run(self, stop: threading.Event) -> None:
        self._turned = since_boot()
        try:
            while not stop.is_set():
                self._mind_the_time()
                self._arrange()
                self._hear(_TURN)
            self._part()
        finally:
            for child in self._crew:
                child.kill()

    def _mind_the_time(self) -> None:
        """Stopped for longer than a lease, we may wake to cameras that are another's by now.

        Nothing is recorded then until the ledger says what is still ours; or, when it cannot ask,
        for one lease: rather twice than not at all.
        """
        moment = since_boot()
        slept, self._turned = moment - self._turned, moment
        if slept > leases.lease_seconds():
            log.error("stood still for %.0f s: all cameras are let go until asked", slept)
            self._crew.forgive()
            with self._lock:
                self._doubt = moment
            self._ledger.wake()
        elif self._doubt and moment - self._doubt > leases.lease_seconds():
            with self._lock:
                self._doubt = 0.0

    def _hear(self, seconds: float) -> None:
        poll = select.poll()
        poll.register(self._bell, select.POLLIN)
        self._crew.watch(poll)
        for descriptor, _ in poll.poll(seconds * 1000):
            if descriptor == self._bell:
                os.eventfd_read(self._bell)
            elif child := self._crew.at(descriptor):
                self._receive(child)
        for child in self._crew.silent():
            self._bury(child, "hangs")

    def _receive(self, child: Child) -> None:
        try:
            report = child.receive()
        except (ProtocolError, OSError) as error:
            self._bury(child, str(error))
            return
        if report is None:
            self._bury(child, "ended")
            return
        try:
            self._note(child, report)
        except (ValueError, OverflowError) as error:
            self._bury(child, f"talks nonsense ({type(error).__name__})")

    def _note(self, child: Child, report: Message) -> None:
        """A process speaks for its own cameras and segments only."""
        seat = self._seats.get(getattr(report, "camera", None))  # type: ignore[arg-type] # unknown is None
        if seat is None or seat.child is not child:
            return
        pk, later = seat.wanted.camera_id, self._ledger.later
        match report:
            case Opened() if report.segment in seat.handed:
                seat.opened_at = report.started_at
                at = datetime.fromtimestamp(report.started_at, UTC)
                if seat.phase is Phase.WATCHED:  # else it was said before it was told to stop
                    later(GapClosed(pk, seat.wanted.fence, at))
                later(partial(sealing.note_open, report.segment, started_at=at, by=SYSTEM))
            case Closed():
                facts = seat.seal(report)
                if facts is not None:
                    later(partial(sealing.adopt, facts, by=SYSTEM))
            case Broken():
                seat.drop(report.segment, _refusal(report.code))
                self._ledger.salvage(seat.wanted.volume)
            case Lost():
                self._lose(seat, GapCause(report.cause), report.since, report.detail)
                seat.opened_at = 0.0  # should the process die too, its gap follows this one
            case Health() if report.last_frame_at:
                seat.last_frame_at = report.last_frame_at
                self._ledger.note_frame(pk, report.last_frame_at)
            case Unwatched() if seat.phase is not Phase.IDLE:
                self._vacate(seat)

    def _lose(self, seat: Seat, cause: GapCause, since: float, detail: str) -> None:
        pk, fence = seat.wanted.camera_id, seat.wanted.fence
        log.warning("camera %s: %s %s", pk, cause, detail)
        at = datetime.fromtimestamp(since, UTC)
        self._ledger.later(GapOpened(pk, fence, cause, at, detail))

    def _vacate(self, seat: Seat) -> None:
        if seat.leave():
            self._ledger.salvage(seat.wanted.volume)

    def _bury(self, child: Child, why: str) -> None:
        """A media process is gone: its cameras start again in another, the first time at once."""
        if not self._crew.bury(child):
            return
        orphans = [seat for seat in self._seats.values() if seat.child is child]
        if orphans:
            log.error("media process %s: %s", child.pid, why)
        for seat in orphans:
            seat.orphaned()
            if seat.refusal is None:
                # What is salvaged of the segment under way makes the gap begin later.
                self._lose(seat, GapCause.RESTART, seat.opened_at or time.time(), "")
            self._vacate(seat)
        self.wake()  # to the next step without waiting for news

    def _arrange(self) -> None:
        """One step towards what is wanted; faults of one camera leave the others alone."""
        with self._lock:
            wanted, spares = self._wanted, self._spares
            in_doubt = bool(self._doubt)
            self._spares = {}
        for camera, one in wanted.items():
            if camera not in self._seats:
                self._seats[camera] = Seat(one, Stock(spares.pop(camera, [])))
        for camera, seat in list(self._seats.items()):
            try:
                self._attend(seat, None if in_doubt else wanted.get(camera))
            except ChildGone as error:
                self._bury(error.child, str(error))
            if seat.phase is Phase.IDLE and camera not in wanted:
                self._take_leave(self._seats.pop(camera))
        self._crew.dismiss_idle(self._seats.values())
        self._ring()

    def _ring(self) -> None:
        refusals: dict[UUID | str, list[Refusal]] = defaultdict(list)
        keys = refusals[f"keys:{self._ledger.node}"]
        for seat in self._seats.values():
            refusals[seat.wanted.volume.pk] += [seat.refusal] if seat.refusal else []
            keys += [_NO_KEYS] if seat.keyless else []
        for note in self._bells.ring(refusals):
            self._ledger.later(note)

    def _take_leave(self, seat: Seat) -> None:
        """Its last footage was told after the ledger let go of it, and may have ended its gap."""
        last = datetime.fromtimestamp(seat.last_frame_at or time.time(), UTC)
        self._ledger.later(partial(gaps.note_left, seat.wanted.camera_id, at=last, by=SYSTEM))

    def _attend(self, seat: Seat, wanted: Wanted | None) -> None:
        """Raises ChildGone."""
        try:
            self._settle(seat, wanted)
        except VolumeUnavailable as error:
            self._stop_for_disk(seat, Refusal(str(error)))
        except (OSError, MediaError) as error:
            log.warning("camera %s: %s", seat.wanted.camera_id, error)
            refusal = _refusal(error.errno if isinstance(error, OSError) else None)
            seat.rest(refusal)
            self._stop_for_disk(seat, refusal)

    def _settle(self, seat: Seat, wanted: Wanted | None) -> None:
        if wanted is None or not seat.wanted.same_stream(wanted):
            seat.stop()
        if wanted is None or seat.phase is Phase.LEAVING:
            return
        if seat.phase is Phase.IDLE and seat.wanted.volume.pk != wanted.volume.pk:
            seat.stock = Stock([])
        seat.wanted = wanted
        rests = time.monotonic() < seat.not_before
        stopped = seat.refusal is not None
        refusal = self._disks.refusal(wanted.volume, wanted.priority, stopped=stopped)
        if refusal := refusal or (seat.rests_for if rests else None):
            self._stop_for_disk(seat, refusal)
            return
        seat.refusal = None
        self._refill(seat)
        if seat.phase is Phase.IDLE and not rests:
            seat.start(self._crew.with_room(seat, self._seats.values()))
        seat.hand_out()

    def _refill(self, seat: Seat) -> None:
        """A keystore that takes nothing stops no recording while there are spares: it is told."""
        try:
            made = seat.stock.refill(seat.wanted)
        except (OSError, MediaError) as error:
            log.error("no keys for camera %s: %s", seat.wanted.camera_id, error)  # noqa: TRY400 - the cause is the disk
            seat.keyless = True
            return
        seat.keyless = False
        if made:
            self._ledger.note_spares(made)

    def _stop_for_disk(self, seat: Seat, refusal: Refusal) -> None:
        if seat.refusal is None:
            self._lose(seat, GapCause.DISK, seat.last_frame_at or time.time(), refusal.reason)
        seat.refusal = refusal
        seat.stop()

    def _part(self) -> None:
        """Lets the processes finish their segments, and seals them."""
        until = time.monotonic() + _STOP_SECONDS
        for child in self._crew:
            child.ask_to_stop()
        while time.monotonic() < until and any(
            seat.phase is not Phase.IDLE for seat in self._seats.values()
        ):
            self._hear(0.2)
