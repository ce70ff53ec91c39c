"""The export cut: encrypted segments of one camera into one clear MP4 a continuous run.

Stream copy: no picture is computed anew. A cut can begin at a keyframe only, so it begins at the
one before `start`, and says by how much (lead-in); hiding those frames by an edit list would
leave them in the file unsaid. Times in the file are the times on the wall, so pauses stay pauses.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING, BinaryIO

from recordings.media import reader
from recordings.media.errors import Cancelled, FrameMismatch, MediaError
from recordings.media.plan import Gap, Source, uncovered, within
from recordings.media.run import TICKS, Run, RunFile, Used, ticks

if TYPE_CHECKING:
    import io

    from av.packet import Packet
    from av.video.stream import VideoStream

__all__ = ["Cut", "Run", "Source", "Used", "cut"]


@dataclass(frozen=True, slots=True)
class Cut:
    """All files of a range; no runs when nothing was recorded in it."""

    runs: tuple[Run, ...]
    gaps: tuple[Gap, ...]


def cut(
    sources: Sequence[Source],
    *,
    start: datetime,
    end: datetime,
    sink: Callable[[int], BinaryIO | io.RawIOBase],
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Cut:
    """Cut [start, end) out of one camera's segments.

    `sink` is called with 0, 1, ... for each file and gives a seekable binary file (a Spool); it
    stays open, as it is the caller's. A new file begins after a break of more than half a second
    and when the camera changed its parameter sets. `progress` hears (bytes read, bytes in all).

    Every segment is checked before use: HashMismatch when its bytes changed, FrameMismatch when
    they do not open to the recorded number of frames. Raises Cancelled, MediaError, OSError too;
    the files given out are worthless then.
    """
    chosen = within(sources, start, end)
    total, done = sum(source.bytes for source in chosen), 0
    cutter = _Cutter(start, end, sink, cancelled)
    with cutter.open():
        for source in chosen:
            cutter.take(source)
            done += source.bytes
            progress(done, total)
    covered = [(run.first_frame_at, run.ends_at) for run in cutter.runs]
    return Cut(tuple(cutter.runs), uncovered(covered, start, end))


class _Cutter:
    """Walks the segments in order; all times inside are ticks since `start`."""

    def __init__(
        self,
        start: datetime,
        end: datetime,
        sink: Callable[[int], BinaryIO | io.RawIOBase],
        cancelled: Callable[[], bool],
    ) -> None:
        self._start, self._end = start, ticks(end - start)
        self._sink, self._cancelled = sink, cancelled
        self._file: RunFile | None = None
        self.runs: list[Run] = []

    @contextmanager
    def open(self) -> Iterator[None]:
        try:
            yield
            self._finish()
        finally:
            if self._file is not None:
                self._file.drop()

    def take(self, source: Source) -> None:
        """Add what of a segment lies in the range to the open file, or to a new one."""
        fd = os.open(source.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            reader.verify(fd, source.sha256)
            offset = ticks(source.started_at - self._start)
            begin: int | None = 0
            if offset < 0 and self._file is None:
                begin = self._begin(fd, source, offset)
            if begin is not None:
                self._copy(fd, source, offset, begin)
        finally:
            os.close(fd)

    def _begin(self, fd: int, source: Source, offset: int) -> int | None:
        """Time in the segment of the keyframe at or before `start`.

        None when all of its frames lie before: the row ends behind the last one.
        """
        begin, reaches = 0, False
        for packet, pts, _ in reader.timed(reader.packets(fd, source.key)):
            reaches = reaches or offset + pts >= 0
            if packet.is_keyframe and offset + pts <= 0:
                begin = max(begin, pts)
        return begin if reaches else None

    def _copy(self, fd: int, source: Source, offset: int, begin: int) -> None:
        count, taking = 0, True
        floor: int | None = None
        with reader.opened(fd, source.key) as container:
            stream = container.streams.video[0]
            if stream.time_base != Fraction(1, TICKS):
                raise MediaError("Segmen ini memakai satuan waktu yang tidak dikenal")
            file, is_new = self._file_for(stream, offset)
            floor = begin if is_new else None
            for packet, pts, dts in reader.timed(container.demux(stream)):
                if not count:
                    self._prove(fd, source, stream, packet)
                    file.begin(source, offset, offset + dts)
                count += 1
                # In decoding order: once a frame lies outside, later ones may need it.
                taking = taking and offset + pts < self._end
                if taking and (floor is None or pts >= floor):
                    file.add(packet, offset + pts, offset + dts)
                if packet.is_keyframe and self._cancelled():
                    raise Cancelled("Dibatalkan")
        if count != source.frames:
            raise FrameMismatch(f"Segmen memuat {count} gambar, tercatat {source.frames}")

    def _prove(
        self, fd: int, source: Source, stream: VideoStream, packet: Packet[VideoStream]
    ) -> None:
        # The quick way in the open container; the slow one only for doubtful keyframes.
        if not reader.sound(stream, packet):
            reader.prove_key(fd, source.key)

    def _file_for(self, stream: VideoStream, offset: int) -> tuple[RunFile, bool]:
        if self._file is not None:
            if self._file.continues(stream, offset):
                return self._file, False
            self._finish()
        self._file = RunFile(self._sink(len(self.runs)), stream)
        return self._file, True

    def _finish(self) -> None:
        if self._file is not None:
            run = self._file.close(self._start)
            self._file = None
            self.runs.append(run)
