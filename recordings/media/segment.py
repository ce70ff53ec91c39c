"""Writing one segment: fragmented MP4 under Common Encryption, straight to a descriptor.

ISO/IEC 14496-12 with `cenc` of ISO/IEC 23001-7, both written by libav: any ffmpeg opens a
segment with `-decryption_key` (up to 5.1 only through a pipe). The recorder runs this for every
frame of every camera, so a frame costs one Packet and one call; hashing happens on the blocks
that reach the sink.
"""

from __future__ import annotations

import errno
import hashlib
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Protocol

import av

from cctvportal.common import crash
from recordings.media.errors import MediaError, ParametersChanged
from recordings.media.template import Codec, Description, describe, fingerprint

if TYPE_CHECKING:
    from uuid import UUID

    from av.container import OutputContainer
    from av.video.stream import VideoStream

    from devices.rtsp import AccessUnit, Track

TICKS = 90_000
_BLOCK = 1 << 18
_FRAGMENTED = "frag_keyframe+empty_moov+default_base_moof"


class Sink(Protocol):
    """An unbuffered binary file; `write` may take less than it was given."""

    def write(self, data: bytes | memoryview, /) -> int | None: ...


@dataclass(frozen=True, slots=True)
class SegmentFacts:
    """What was written. Times in seconds; pts as the camera's 90 kHz ticks, before rebasing.

    `duration_s` runs to the end of the last frame; `keyframes` are seconds from the first frame;
    `parameters` is the fingerprint of the parameter sets.
    """

    frames: int
    bytes: int
    sha256: str
    codec: Codec
    width: int
    height: int
    first_pts: int
    last_pts: int
    duration_s: float
    keyframes: tuple[float, ...]
    parameters: str


class SegmentWriter:
    """Write access units of one camera to `sink` until `close`.

    Every keyframe pushes the group of pictures before it out to the sink, so that a killed
    process loses at most one group. The caller owns the sink: fsync and close are its own.
    """

    def __init__(
        self,
        sink: Sink,
        *,
        track: Track,
        key: bytes,
        kid: UUID,
        known: Description | None = None,
    ) -> None:
        """`key` has 16 bytes and serves this segment only; `kid` (its uuid) stands in the file.

        `known` is the `description` of the segment before: a new look at the stream costs as much
        as a hundred frames.
        """
        self.description = known
        self._sink = _HashingSink(sink)
        self._codec: Codec = track.codec
        self._options = {
            "movflags": _FRAGMENTED,
            "encryption_scheme": "cenc-aes-ctr",
            "encryption_key": key.hex(),
            "encryption_kid": kid.hex,
        }
        if len(key) != 16:
            raise ValueError("a segment key has 16 bytes")
        self._out: OutputContainer | None = None
        self._stream: VideoStream
        self._sets: tuple[bytes, ...] = ()
        self._frames = 0
        self._first = self._last = self._dts = self._step = 0
        self._keyframes: list[float] = []
        self._size = (0, 0)

    @property
    def frames(self) -> int:
        return self._frames

    @property
    def bytes(self) -> int:
        """Bytes that have reached the sink."""
        return self._sink.size

    def add(self, unit: AccessUnit) -> None:
        """Append one frame.

        Raises ParametersChanged (nothing is written: close this segment and start another with
        the same unit), MediaError when the first unit is no complete keyframe, OSError of the
        sink, ValueError for times that run backwards. After OSError only `abandon` is left.
        """
        if self._out is None:
            self._start(unit)
        elif unit.parameter_sets is not self._sets and unit.parameter_sets != self._sets:
            raise ParametersChanged("Kamera mengganti data pembuka video")
        else:
            self._step = unit.dts - self._dts
        pts = unit.pts
        packet = av.Packet(unit.data)
        packet.stream = self._stream
        packet.pts = pts - self._first
        packet.dts = unit.dts - self._first
        packet.duration = self._step
        if unit.keyframe:
            packet.is_keyframe = True
            self._keyframes.append((pts - self._first) / TICKS)
        self._container.mux_one(packet)
        self._dts = unit.dts
        self._last = max(self._last, pts)
        self._frames += 1

    def close(self) -> SegmentFacts:
        """Finish the file. Raises MediaError when it holds no frame, OSError of the sink."""
        self._container.close()
        return SegmentFacts(
            frames=self._frames,
            bytes=self._sink.size,
            sha256=self._sink.digest.hexdigest(),
            codec=self._codec,
            width=self._size[0],
            height=self._size[1],
            first_pts=self._first,
            last_pts=self._last,
            duration_s=(self._last - self._first + self._step) / TICKS,
            keyframes=tuple(self._keyframes),
            parameters=fingerprint(self._sets),
        )

    def abandon(self) -> None:
        """Let go without writing another byte; what reached the sink stays readable."""
        self._sink.closed = True
        if self._out is not None:
            self._out.close()

    @property
    def _container(self) -> OutputContainer:
        if self._out is None:
            raise MediaError("Segmen ini belum memuat satu gambar pun")
        return self._out

    def _start(self, unit: AccessUnit) -> None:
        if not unit.keyframe:
            raise MediaError("Segmen harus mulai pada gambar utuh (keyframe)")
        self.description = describe(self._codec, unit, self.description)
        template = self.description.template
        out = av.open(self._sink, "w", format="mp4", options=self._options, buffer_size=_BLOCK)
        stream = out.add_stream_from_template(template)
        stream.time_base = Fraction(1, TICKS)
        if self._codec == "h265":
            stream.codec_tag = "hvc1"
        context = template.codec_context
        self._size = (context.width, context.height)
        self._out, self._stream, self._sets = out, stream, unit.parameter_sets
        self._first = self._last = unit.pts
        self._options = {}  # the key has done its work


class _HashingSink:
    """Counts and hashes what goes by. libav leaves a file that says it is closed alone."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self.digest = hashlib.sha256()
        self.size = 0
        self.closed = False

    def write(self, data: bytes) -> int:
        rest = memoryview(data)
        while rest:
            taken = self._sink.write(rest)
            if not taken:
                raise OSError(errno.EIO, "the segment's file takes no more bytes")
            rest = rest[taken:]
        self.digest.update(data)
        self.size += len(data)
        crash.step("record.written")
        return len(data)
