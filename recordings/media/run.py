"""One file of an export cut while it grows. Times are ticks of 90 kHz since the range's start."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, BinaryIO
from uuid import UUID

import av

from recordings.media.plan import BREAK, Gap

if TYPE_CHECKING:
    import io

    from av.packet import Packet
    from av.video.stream import VideoStream

    from recordings.media.plan import Source

TICKS = 90_000
_BLOCK = 1 << 20
_BREAK = int(BREAK.total_seconds() * TICKS)


@dataclass(frozen=True, slots=True)
class Used:
    """What a run took from one segment: its hash, checked, and the times of the frames taken."""

    segment: UUID
    sha256: str
    first_frame_at: datetime
    last_frame_at: datetime
    frames: int


@dataclass(frozen=True, slots=True)
class Run:
    """One MP4. `lead_in_s` of it lie before the range; `pauses` are breaks inside the file."""

    first_frame_at: datetime
    last_frame_at: datetime
    lead_in_s: float
    frames: int
    duration_s: float
    codec: str
    width: int
    height: int
    pauses: tuple[Gap, ...]
    sources: tuple[Used, ...]

    @property
    def ends_at(self) -> datetime:
        """When the last frame gave way to the next one that is not here any more."""
        return self.first_frame_at + timedelta(seconds=self.duration_s)


def ticks(span: timedelta) -> int:
    """A span in ticks, without the rounding drift of floats."""
    return (span // timedelta(microseconds=1) * 9 + 50) // 100


def moment(origin: datetime, at: int) -> datetime:
    """The wall time of a tick."""
    return origin + timedelta(microseconds=(at * 100 + 4) // 9)


@dataclass(slots=True)
class _Share:
    source: Source
    first: int
    last: int
    frames: int = 0


class RunFile:
    """Muxes packets of one stream into a seekable sink, and remembers what a manifest must say."""

    def __init__(self, sink: BinaryIO | io.RawIOBase, template: VideoStream) -> None:
        context = template.codec_context
        self._shape = (context.name, context.width, context.height)
        self._sets = context.extradata
        # Without the option libav hands every packet to the sink by itself.
        options = {"flush_packets": "0"}
        self._out = av.open(sink, "w", format="mp4", options=options, buffer_size=_BLOCK)
        self._stream = self._out.add_stream_from_template(template)
        self._stream.time_base = Fraction(1, TICKS)
        self._shares: list[_Share] = []
        self._pauses: list[tuple[int, int]] = []
        self._base: int | None = None
        self._shift = self._step = 0
        self._last = self._dts = 0

    def continues(self, stream: VideoStream, at: int) -> bool:
        """Whether a segment whose first frame is shown at `at` may go on in this file."""
        if stream.codec_context.extradata != self._sets:
            return False
        return abs(at - self._last - self._step) <= _BREAK

    def begin(self, source: Source, at: int, dts: int) -> None:
        """Go on with another segment, whose first frame is shown at `at` and decoded at `dts`.

        Segments are stamped to some milliseconds: where one begins a little before the last
        one ended, its frames move behind it in the file; the booked times stay the real ones.
        """
        self._shares.append(_Share(source, at, at))
        self._shift = 0
        if self._base is not None:
            self._shift = max(0, self._dts + max(1, self._step) - dts)

    def add(self, packet: Packet[VideoStream], at: int, dts: int) -> None:
        """Append a packet. Raises OSError of the sink, ValueError for times running backwards."""
        share = self._shares[-1]
        if self._base is None:
            self._base = share.first = share.last = self._last = at
        else:
            self._watch(at, dts + self._shift)
        share.first, share.last = min(share.first, at), max(share.last, at)
        share.frames += 1
        self._last, self._dts = max(self._last, at), dts + self._shift
        packet.stream = self._stream
        packet.pts = at + self._shift - self._base
        packet.dts = dts + self._shift - self._base
        self._out.mux_one(packet)

    def close(self, origin: datetime) -> Run:
        """Write the index (moov) behind the media and tell what the file holds."""
        self._out.close()
        first = self._base or 0
        used = [share for share in self._shares if share.frames]
        return Run(
            first_frame_at=moment(origin, first),
            last_frame_at=moment(origin, self._last),
            lead_in_s=round(max(0, -first) / TICKS, 3),
            frames=sum(share.frames for share in used),
            duration_s=(self._last - first + self._step) / TICKS,
            codec="h265" if self._shape[0] == "hevc" else self._shape[0],
            width=self._shape[1],
            height=self._shape[2],
            pauses=tuple(Gap(moment(origin, a), moment(origin, b)) for a, b in self._pauses),
            sources=tuple(_used(share, origin) for share in used),
        )

    def drop(self) -> None:
        """Let go of an unfinished file; its content is worthless."""
        with contextlib.suppress(av.FFmpegError, OSError, ValueError):
            self._out.close()

    def _watch(self, at: int, dts: int) -> None:
        step = dts - self._dts
        if step - (self._step or step) > _BREAK:
            self._pauses.append((self._last, at))
        else:
            self._step = step


def _used(share: _Share, origin: datetime) -> Used:
    return Used(
        segment=share.source.segment,
        sha256=share.source.sha256,
        first_frame_at=moment(origin, share.first),
        last_frame_at=moment(origin, share.last),
        frames=share.frames,
    )
