"""Runs the media processes of one node and puts what they write in its place.

It never talks to the database: the ledger tells it what to record, and takes notes from it. Its
thread must live as long as its children do (see `child`).
"""

from __future__ import annotations

import logging
import os
import select
import threading
import time
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
from recordings.recorder.child import Child, ChildGone
from recordings.recorder.disks import Disks
from recordings.recorder.seat import Phase, Seat
from recordings.recorder.stock import Spare, Stock
from recordings.services import gaps, sealing
from recordings.services.volumes import VolumeUnavailable

if TYPE_CHECKING:
    from uuid import UUID

    from recordings.media.protocol import Message
    from recordings.recorder.ledger import Ledger
    from recordings.recorder.wanted import Wanted

log = logging.getLogger(__name__)

CAMERAS_PER_PROCESS: Final = 16
_TURN: Final = 1.0
# A process that says nothing for so long hangs. It tells its health every five seconds.
_SILENCE: Final = 20.0
_STOP_SECONDS: Final = 4.0
# The books get sentences of ours; what the system said stands in the log.
_UNWRITABLE: Final = "Media simpan tidak dapat ditulis."


class Supervisor:
    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._disks = Disks()
        self._seats: dict[UUID, Seat] = {}
        self._children: dict[int, Child] = {}  # by descriptor
        self._heard: dict[int, float] = {}
        self._wanted: dict[UUID, Wanted] = {}
        self._spares: dict[UUID, list[Spare]] = {}
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._lock = threading.Lock()

    # From any thread -----------------------------------------------------------------------

    def want(self, wanted: dict[int, Wanted], spares: dict[int, list[Spare]]) -> None:
        """All that this node shall record from now on."""
        with self._lock:
            self._wanted = {each.camera: each for each in wanted.values()}
            for pk, mine in spares.items():
                self._spares[wanted[pk].camera] = mine
        self.wake()

    def wake(self) -> None:
        os.eventfd_write(self._bell, 1)

    @property
    def pids(self) -> list[int]:
        """Of the media processes."""
        return [child.pid for child in list(self._children.values())]

    # In its own thread ---------------------------------------------------------------------

    def run(self, stop: threading.Event) -> None:
        try:
            while not stop.is_set():
                self._arrange()
                self._hear(_TURN)
            self._part()
        finally:
            for child in list(self._children.values()):
                child.kill()

    def _hear(self, seconds: float) -> None:
        poll = select.poll()
        poll.register(self._bell, select.POLLIN)
        for descriptor in self._children:
            poll.register(descriptor, select.POLLIN)
        for descriptor, _ in poll.poll(seconds * 1000):
            if descriptor == self._bell:
                os.eventfd_read(self._bell)
            else:
                self._receive(descriptor)
        for descriptor, heard in list(self._heard.items()):
            if time.monotonic() - heard > _SILENCE:
                self._bury(descriptor, "hangs")

    def _receive(self, descriptor: int) -> None:
        child = self._children[descriptor]
        try:
            report = child.receive()
        except (ProtocolError, OSError) as error:
            self._bury(descriptor, str(error))
            return
        if report is None:
            self._bury(descriptor, "ended")
            return
        self._heard[descriptor] = time.monotonic()
        try:
            self._note(child, report)
        except (ValueError, OverflowError) as error:
            self._bury(descriptor, f"talks nonsense ({type(error).__name__})")

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
                later(partial(gaps.close_gap, pk, at=at, by=SYSTEM))
                later(partial(sealing.note_open, report.segment, started_at=at, by=SYSTEM))
            case Closed():
                facts = seat.seal(report)
                if facts is not None:
                    later(partial(sealing.adopt, facts, by=SYSTEM))
            case Broken():
                seat.drop(report.segment)
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
        log.warning("camera %s: %s %s", seat.wanted.camera_id, cause, detail)
        at = datetime.fromtimestamp(since, UTC)
        self._ledger.later(
            partial(
                gaps.open_gap,
                seat.wanted.camera_id,
                cause=cause,
                since=at,
                detail=detail,
                by=SYSTEM,
            )
        )

    def _vacate(self, seat: Seat) -> None:
        if seat.leave():
            self._ledger.salvage(seat.wanted.volume)

    def _bury(self, descriptor: int, why: str) -> None:
        """A media process is gone: its cameras start again at once in another."""
        child = self._children.pop(descriptor, None)
        if child is None:
            return
        self._heard.pop(descriptor, None)
        child.kill()
        orphans = [seat for seat in self._seats.values() if seat.child is child]
        if orphans:
            log.error("media process %s: %s", child.pid, why)
        for seat in orphans:
            if not seat.stopped_by_disk:
                # What is salvaged of the segment under way makes the gap begin later.
                self._lose(seat, GapCause.RESTART, seat.opened_at or time.time(), "")
            self._vacate(seat)
        self.wake()  # to the next step without waiting for news

    def _arrange(self) -> None:
        """One step towards what is wanted; faults of one camera leave the others alone."""
        with self._lock:
            wanted, spares = self._wanted, self._spares
            self._spares = {}
        for camera, one in wanted.items():
            if camera not in self._seats:
                self._seats[camera] = Seat(one, Stock(spares.pop(camera, [])))
        for camera, seat in list(self._seats.items()):
            try:
                self._attend(seat, wanted.get(camera))
            except ChildGone as error:
                self._bury(error.descriptor, str(error))
            if seat.phase is Phase.IDLE and camera not in wanted:
                self._take_leave(self._seats.pop(camera))
        self._dismiss()

    def _take_leave(self, seat: Seat) -> None:
        """Its last footage was told after the ledger let go of it, and may have ended its gap."""
        last = datetime.fromtimestamp(seat.last_frame_at or time.time(), UTC)
        self._ledger.later(partial(gaps.note_left, seat.wanted.camera_id, at=last, by=SYSTEM))

    def _attend(self, seat: Seat, wanted: Wanted | None) -> None:
        """Raises ChildGone."""
        try:
            self._settle(seat, wanted)
        except VolumeUnavailable as error:
            self._stop_for_disk(seat, str(error))
        except (OSError, MediaError) as error:
            log.warning("camera %s: %s", seat.wanted.camera_id, error)
            self._stop_for_disk(seat, _UNWRITABLE)

    def _settle(self, seat: Seat, wanted: Wanted | None) -> None:
        if wanted is None or not seat.wanted.same_stream(wanted):
            seat.stop()
        if wanted is None or seat.phase is Phase.LEAVING:
            return
        if seat.phase is Phase.IDLE and seat.wanted.volume.pk != wanted.volume.pk:
            seat.stock = Stock([])
        seat.wanted = wanted
        refusal = self._disks.refusal(wanted.volume, wanted.priority, stopped=seat.stopped_by_disk)
        if refusal or time.monotonic() < seat.not_before:
            self._stop_for_disk(seat, refusal or _UNWRITABLE)
            return
        seat.stopped_by_disk = False
        self._refill(seat)
        if seat.phase is Phase.IDLE:
            seat.start(self._roomy_child())
        seat.hand_out()

    def _refill(self, seat: Seat) -> None:
        """A keystore that takes nothing stops no recording while there are spares."""
        try:
            made = seat.stock.refill(seat.wanted)
        except (OSError, MediaError) as error:
            log.error("no keys for camera %s: %s", seat.wanted.camera_id, error)  # noqa: TRY400 - the cause is the disk
            return
        if made:
            self._ledger.note_spares(made)

    def _stop_for_disk(self, seat: Seat, reason: str) -> None:
        if not seat.stopped_by_disk:
            seat.stopped_by_disk = True
            self._lose(seat, GapCause.DISK, seat.last_frame_at or time.time(), reason)
        seat.stop()

    def _roomy_child(self) -> Child:
        for child in self._children.values():
            taken = sum(seat.child is child for seat in self._seats.values())
            if taken < CAMERAS_PER_PROCESS:
                return child
        child = Child()
        self._children[child.fileno()] = child
        self._heard[child.fileno()] = time.monotonic()
        return child

    def _dismiss(self) -> None:
        """Ends processes without cameras."""
        busy = {id(seat.child) for seat in self._seats.values()}
        for descriptor, child in list(self._children.items()):
            if id(child) not in busy:
                del self._children[descriptor], self._heard[descriptor]
                child.kill()

    def _part(self) -> None:
        """Lets the processes finish their segments, and seals them."""
        until = time.monotonic() + _STOP_SECONDS
        for child in self._children.values():
            child.ask_to_stop()
        while time.monotonic() < until and any(
            seat.phase is not Phase.IDLE for seat in self._seats.values()
        ):
            self._hear(0.2)
