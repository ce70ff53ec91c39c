"""Cuts one camera's stream into segments, on files that the recorder has prepared."""

from __future__ import annotations

import os
import threading
from collections import deque
from dataclasses import dataclass, field
from io import FileIO
from typing import TYPE_CHECKING, Final

from cctvportal.common import crash
from recordings.media.anchor import TICKS, Anchor
from recordings.media.errors import MediaError, ParametersChanged
from recordings.media.protocol import Broken, Closed, Lost, Opened
from recordings.media.segment import SegmentWriter

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from devices.rtsp import AccessUnit, Track
    from recordings.media.protocol import Prepared, Report
    from recordings.media.template import Description

# A camera's keyframes come every one or two seconds: the one nearest to the wanted length cuts.
_EARLY: Final = 0.5
_TOLD_AGAIN_AFTER: Final = 1.0
_WORTH_TELLING: Final = 0.01
_LONGEST_STEP: Final = 2 * TICKS
# What is missing for longer is a gap of the books, with a segment's end before it.
_WORTH_A_GAP: Final = 2.0
_DAMAGED: Final = "Gambar dari kamera rusak di jalan dan tidak dapat disimpan."
# Footage is looked up by a start at most LONGEST_SEGMENT (15 min) before: a segment ends within
# that, also when nothing is prepared to follow it.
LONGEST_S: Final = 600.0
_ROOM_FOR_A_KEYFRAME: Final = 60.0
_BEFORE_ALL: Final = -(1 << 62)  # ticks


class SegmentBroken(Exception):  # noqa: N818 - named for what happened
    """The segment under way could not be written and was told as Broken."""

    def __init__(self, code: int) -> None:
        super().__init__(os.strerror(code))
        self.code = code


@dataclass(frozen=True, slots=True)
class Blank:
    """A prepared segment and the file that it goes to."""

    prepared: Prepared
    sink: FileIO


class Blanks:
    """Prepared segments of one camera, handed in by one thread and written by another."""

    def __init__(self) -> None:
        self._ready: deque[Blank] = deque()
        self._changed = threading.Condition()
        self._shut = False

    def __bool__(self) -> bool:
        return bool(self._ready)

    def add(self, prepared: Prepared, descriptor: int) -> None:
        with self._changed:
            if self._shut:
                os.close(descriptor)
                return
            self._ready.append(Blank(prepared, FileIO(descriptor, "w")))
            self._changed.notify_all()

    def take(self) -> Blank:
        """Raises IndexError when there is none."""
        return self._ready.popleft()

    def wait(self, seconds: float) -> bool:
        """Whether there is one, after at most `seconds`; True also when `shut` was called."""
        with self._changed:
            return self._changed.wait_for(lambda: self._shut or bool(self._ready), seconds)

    def shut(self) -> None:
        """Closes what is unused, for good."""
        with self._changed:
            self._shut = True
            for blank in self._ready:
                blank.sink.close()
            self._ready.clear()
            self._changed.notify_all()


@dataclass(slots=True)
class _Open:
    """The segment under way."""

    blank: Blank
    writer: SegmentWriter
    first_pts: int
    told_at: float  # the start that the recorder was told, unix time


@dataclass(slots=True)
class Tape:
    """Segments of one session after another. One thread writes; the counters are for all."""

    camera: UUID
    segment_s: float
    blanks: Blanks
    tell: Callable[[Report], None]
    frames: int = 0
    bytes: int = 0
    _anchor: Anchor = field(default_factory=Anchor)
    _open: _Open | None = None
    _known: Description | None = None
    _rough: bool = False  # the start that was told last may be late
    _camera_clock: tuple[float, int] | None = None  # its time at a pts
    _before_session: float = 0.0
    _last_pts: int = _BEFORE_ALL  # the greatest of the session
    _last_dts: int = 0
    _step: int = TICKS // 25

    @property
    def last_frame_at(self) -> float:
        """Unix time of the newest frame, 0 before the first."""
        # In this order: other threads read it while a session begins.
        anchor, pts = self._anchor, self._last_pts
        return anchor.time_of(pts) if pts > _BEFORE_ALL else self._before_session

    @property
    def end(self) -> float:
        """Unix time at which the last frame ended, 0 before the first."""
        return self.last_frame_at + self._step / TICKS if self.frames else 0.0

    def begin(self) -> None:
        """A new session: its times have nothing to do with those of the last."""
        self._before_session = self.last_frame_at
        self._last_pts = _BEFORE_ALL
        self._anchor = Anchor()
        self._camera_clock = None

    def add(self, unit: AccessUnit, track: Track) -> None:
        """Appends one frame, which may begin a new segment.

        Raises SegmentBroken when the file could not be written, MediaError for a stream that
        cannot be recorded. A damage of more than two seconds ends the present segment and is told
        as Lost. Without a blank the present segment is carried on, for ten minutes; then it is
        ended, and MediaError says that this frame could not be kept.
        """
        try:
            self._place(unit, track)
        except OSError as error:
            raise self._broken(error.errno or 0) from None
        pts, dts = unit.pts, unit.dts
        if 0 < dts - self._last_dts < _LONGEST_STEP and not unit.lost_s:
            self._step = dts - self._last_dts
        self._last_dts = dts
        self._last_pts = max(self._last_pts, pts)
        self.frames += 1
        self.bytes += len(unit.data)
        if unit.camera_time is not None:
            self._camera_clock = unit.camera_time, pts
        if self._rough:
            self._tell_better(pts)

    def finish(self) -> None:
        """Ends the present segment, if there is one. Raises SegmentBroken."""
        under_way = self._open
        if under_way is None:
            return
        try:
            facts = under_way.writer.close()
            under_way.blank.sink.close()
        except OSError as error:
            raise self._broken(error.errno or 0) from None
        self._open = None
        crash.step("record.closed")
        self.tell(
            Closed(
                camera=self.camera,
                segment=under_way.blank.prepared.segment,
                started_at=self._anchor.time_of(under_way.first_pts),
                # A lone frame tells no duration.
                duration_s=facts.duration_s or self._step / TICKS,
                frames=facts.frames,
                bytes=facts.bytes,
                sha256=facts.sha256,
                codec=facts.codec,
                width=facts.width,
                height=facts.height,
                parameters=facts.parameters,
                clock_error_s=self._clock_error(),
            )
        )

    def _place(self, unit: AccessUnit, track: Track) -> None:
        under_way = self._open
        if under_way is None:
            self._anchor.see(unit.arrived_at, unit.pts)
            self._start(unit, track)
            return
        if unit.lost_s > _WORTH_A_GAP and self.blanks:
            self._next(unit, track)
            return
        length = (unit.pts - under_way.first_pts) / TICKS
        wanted = min(self.segment_s, LONGEST_S - _ROOM_FOR_A_KEYFRAME)
        due = length >= wanted - min(_EARLY, wanted / 4)
        if length >= LONGEST_S and not (unit.keyframe and self.blanks):
            self.finish()
            raise MediaError("Potongan terlalu panjang; tidak ada berkas atau gambar utuh lanjutan")
        if not (unit.keyframe and due and self.blanks):
            try:
                under_way.writer.add(unit)
            except ParametersChanged:
                if not self.blanks:
                    raise
            else:
                self._anchor.see(unit.arrived_at, unit.pts)
                return
        self._next(unit, track)

    def _next(self, unit: AccessUnit, track: Track) -> None:
        """Ends the present segment, and begins another."""
        ended_at = self.end
        self.finish()
        if unit.lost_s > _WORTH_A_GAP:
            self.tell(Lost(self.camera, "STALLED", ended_at, _DAMAGED))
        self._anchor.turn()
        self._anchor.see(unit.arrived_at, unit.pts)
        self._start(unit, track)

    def _start(self, unit: AccessUnit, track: Track) -> None:
        try:
            blank = self.blanks.take()
        except IndexError:
            raise MediaError("Tidak ada berkas yang disiapkan untuk rekaman") from None
        prepared = blank.prepared
        key, kid = prepared.key, prepared.segment
        writer = SegmentWriter(blank.sink, track=track, key=key, kid=kid, known=self._known)
        started_at = self._anchor.time_of(unit.pts)
        self._open = _Open(blank, writer, unit.pts, started_at)
        self._rough = True
        writer.add(unit)
        self._known = writer.description
        self.tell(Opened(self.camera, prepared.segment, started_at))

    def _tell_better(self, pts: int) -> None:
        """Once in a segment: the first frames of a session often come late, in a burst."""
        under_way = self._open
        if under_way is None or (pts - under_way.first_pts) / TICKS < _TOLD_AGAIN_AFTER:
            return
        self._rough = False
        started_at = self._anchor.time_of(under_way.first_pts)
        if abs(started_at - under_way.told_at) >= _WORTH_TELLING:
            self.tell(Opened(self.camera, under_way.blank.prepared.segment, started_at))

    def _clock_error(self) -> float | None:
        """The camera's clock minus ours."""
        if self._camera_clock is None:
            return None
        told, pts = self._camera_clock
        return told - self._anchor.time_of(pts)

    def _broken(self, code: int) -> SegmentBroken:
        under_way, self._open = self._open, None
        if under_way is not None:
            under_way.writer.abandon()
            under_way.blank.sink.close()
            self.tell(Broken(self.camera, under_way.blank.prepared.segment, code))
        return SegmentBroken(code)
