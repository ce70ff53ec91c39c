"""One camera of this recorder: its spares, and the files that a media process has for it."""

from __future__ import annotations

import logging
import os
import random
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from django.conf import settings

from recordings.media import placing
from recordings.media.protocol import Closed, Prepared, Unwatch, Watch
from recordings.media.sidecar import Sidecar, base_path
from recordings.services import volumes

if TYPE_CHECKING:
    from uuid import UUID

    from recordings.recorder.bells import Refusal
    from recordings.recorder.child import Child
    from recordings.recorder.stock import Spare, Stock
    from recordings.recorder.wanted import Wanted

log = logging.getLogger(__name__)

# Files that the media process has in hand, the one under way among them.
IN_HAND: Final = 3
_AFTER_DISK: Final = 10.0
# After the second death of its media process a camera waits, longer each time.
_AFTER_DEATH: Final = 1.0
_LONGEST_WAIT: Final = 30.0
_STEADY: Final = 60.0
_ALONE_AFTER: Final = 3


class Phase(Enum):
    IDLE = auto()
    WATCHED = auto()
    LEAVING = auto()  # told to end, its last reports are awaited


@dataclass(slots=True)
class Handed:
    """A file that the media process writes; ours is a second descriptor, to fsync it."""

    spare: Spare
    base: str
    descriptor: int


@dataclass(slots=True)
class Seat:
    wanted: Wanted
    stock: Stock
    phase: Phase = Phase.IDLE
    child: Child | None = None
    handed: dict[UUID, Handed] = field(default_factory=dict)
    opened_at: float = 0.0  # unix times
    last_frame_at: float = 0.0
    refusal: Refusal | None = None  # of the disk, while it is stopped for that
    keyless: bool = False  # no key could be written for it when it last wanted some
    rests_for: Refusal | None = None  # until `not_before`, after writing failed
    not_before: float = 0.0  # monotonic times
    started: float = 0.0
    deaths: int = 0

    def start(self, child: Child) -> None:
        """Raises ChildGone."""
        endpoint = self.wanted.endpoint
        child.send(
            Watch(
                camera=self.wanted.camera,
                host=endpoint.host,
                port=endpoint.port,
                target=endpoint.target,
                username=endpoint.username,
                password=endpoint.password,
                segment_s=settings.SEGMENT_SECONDS,
            )
        )
        self.child, self.phase = child, Phase.WATCHED
        self.started = time.monotonic()

    @property
    def is_alone(self) -> bool:
        """It may be this one's stream that kills media processes: no other shares its next."""
        return self.deaths >= _ALONE_AFTER

    def orphaned(self) -> None:
        """Its media process died. The first time it goes on at once."""
        moment = time.monotonic()
        if moment - self.started > _STEADY:
            self.deaths = 0
        if self.deaths:
            wait = min(_AFTER_DEATH * 2 ** (self.deaths - 1), _LONGEST_WAIT)
            self.not_before = moment + wait * random.uniform(0.7, 1.0)  # noqa: S311 - it only spreads the load
            self.rests_for = None
        self.deaths += 1

    def stop(self) -> None:
        """Asks the media process to finish; Unwatched comes last. Raises ChildGone."""
        if self.phase is Phase.WATCHED and self.child is not None:
            self.phase = Phase.LEAVING
            self.child.send(Unwatch(self.wanted.camera))

    def hand_out(self) -> None:
        """Gives files up to IN_HAND, as far as spares are there.

        Raises VolumeUnavailable and OSError for the disk, ChildGone for a dead process.
        """
        if self.phase is not Phase.WATCHED or len(self.handed) >= IN_HAND or self.child is None:
            return
        with volumes.opened(self.wanted.volume) as place:
            while len(self.handed) < IN_HAND and (spare := self.stock.take()):
                segment = spare.row.pk
                base = base_path(self.wanted.camera, spare.row.key_day, segment)
                try:
                    descriptor = placing.create(place.root, base)
                except OSError:
                    self.stock.give_back(spare)
                    raise
                self.handed[segment] = Handed(spare, base, descriptor)
                order = Prepared(self.wanted.camera, segment, spare.key)
                self.child.send(order, (descriptor,))

    def seal(self, report: Closed) -> Sidecar | None:
        """Makes a written file a kept segment; None when that has to wait for `reconcile`."""
        handed = self.handed.pop(report.segment, None)
        if handed is None:
            log.error("camera %s closed a segment it was not given", self.wanted.camera_id)
            return None
        facts = self._facts(handed.spare, report)
        try:
            with volumes.opened(self.wanted.volume) as place:
                if os.fstat(handed.descriptor).st_size != report.bytes:
                    raise OSError("size differs from what was written")  # noqa: TRY301 - handled as any fault of the disk
                placing.seal(place.root, facts, handed.descriptor)
        except (volumes.VolumeUnavailable, OSError) as error:
            log.error("segment %s is left for reconcile: %s", report.segment, error)  # noqa: TRY400 - the cause is the disk
            return None
        finally:
            os.close(handed.descriptor)
        return facts

    def leave(self) -> bool:
        """The media process has let go of this camera, or died. Unused files are taken back.

        True when something was written that nobody told us of: it is to be salvaged.
        """
        remains = False
        for handed in self.handed.values():
            try:
                with volumes.opened(self.wanted.volume) as place:
                    if placing.discard(place.root, handed.base, handed.descriptor):
                        self.stock.give_back(handed.spare)
                    else:
                        remains = True
            except (volumes.VolumeUnavailable, OSError):
                remains = True
            finally:
                os.close(handed.descriptor)
        self.handed.clear()
        self.phase, self.child = Phase.IDLE, None
        return remains

    def drop(self, segment: UUID, refusal: Refusal) -> None:
        """Writing this one failed: it is left to be salvaged, and the disk gets some rest."""
        handed = self.handed.pop(segment, None)
        if handed is not None:
            os.close(handed.descriptor)
        self.rest(refusal)

    def rest(self, refusal: Refusal) -> None:
        """The disk took nothing: some seconds without trying."""
        self.rests_for = refusal
        self.not_before = time.monotonic() + _AFTER_DISK

    def _facts(self, spare: Spare, report: Closed) -> Sidecar:
        return Sidecar(
            segment=report.segment,
            camera=self.wanted.camera,
            volume=self.wanted.volume.pk,
            key_day=spare.row.key_day,
            fence=spare.row.fence,
            prepared_at=spare.row.prepared_at,
            started_at=datetime.fromtimestamp(report.started_at, UTC),
            duration_s=report.duration_s,
            frames=report.frames,
            size=report.bytes,
            sha256=report.sha256,
            codec=report.codec,
            width=report.width,
            height=report.height,
            clock_error_s=report.clock_error_s,
            salvaged=False,
        )
