"""Small films as a camera would send them, and segments made of them."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Literal
from uuid import UUID, uuid4

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext

from devices.rtsp import AccessUnit, Track
from recordings.media.plan import Source
from recordings.media.segment import SegmentFacts, SegmentWriter

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

TICKS = 90_000
FPS = 10
START_CODE = b"\0\0\0\1"
SETS = {"h264": {7, 8}, "h265": {32, 33, 34}}
Codec = Literal["h264", "h265"]


@dataclass(frozen=True, slots=True)
class Film:
    track: Track
    units: tuple[AccessUnit, ...]

    def part(self, first: int, last: int) -> Film:
        return replace(self, units=self.units[first:last])


def nals(annex_b: bytes) -> list[bytes]:
    parts = annex_b.replace(START_CODE, START_CODE[1:]).split(START_CODE[1:])
    return [part for part in parts if part]


def kind(codec: Codec, nal: bytes) -> int:
    return nal[0] & 31 if codec == "h264" else (nal[0] >> 1) & 63


def encoder(codec: Codec, size: tuple[int, int], gop: int, b_frames: int) -> VideoCodecContext:
    name = {"h264": "libx264", "h265": "libx265"}[codec]
    context = VideoCodecContext.create(name, "w")
    assert isinstance(context, VideoCodecContext)
    context.width, context.height = size
    context.pix_fmt = "yuv420p"
    context.time_base = Fraction(1, FPS)
    context.framerate = Fraction(FPS)
    context.gop_size, context.max_b_frames = gop, b_frames
    x265 = f"log-level=none:keyint={gop}:bframes={b_frames}:scenecut=0:open-gop=0:info=0:pools=1"
    context.options = (
        {"preset": "veryfast", "sc_threshold": "0", "b_strategy": "0", "forced-idr": "1"}
        if codec == "h264"
        else {"preset": "ultrafast", "x265-params": x265}
    )
    return context


@lru_cache
def film(
    codec: Codec = "h264",
    seconds: int = 4,
    *,
    b_frames: int = 0,
    size: tuple[int, int] = (160, 96),
    gop: int = FPS,
    start: int = 123_456_789,
) -> Film:
    """A moving pattern; every picture differs from every other."""
    context = encoder(codec, size, gop, b_frames)
    width, height = size
    rng = np.random.default_rng(len(codec) + width)
    scene = rng.integers(0, 255, (height, width), dtype=np.uint8)
    packets = []
    for number in range(seconds * FPS):
        planes = np.full((height * 3 // 2, width), 128, np.uint8)
        planes[:height] = np.roll(scene, number * 3, 1)
        picture = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        picture.pts = number
        packets += context.encode(picture)
    packets += context.encode(None)
    sets: tuple[bytes, ...] = ()
    units = []
    for packet in packets:
        parts = nals(bytes(packet))
        if packet.is_keyframe:
            found = tuple(part for part in parts if kind(codec, part) in SETS[codec])
            sets = sets if sets == found else found
        assert packet.pts is not None
        assert packet.dts is not None
        units.append(
            AccessUnit(
                data=b"".join(START_CODE + part for part in parts),
                pts=start + packet.pts * TICKS // FPS,
                dts=start + packet.dts * TICKS // FPS,
                keyframe=packet.is_keyframe,
                arrived_at=1_700_000_000.0 + packet.dts / FPS,
                parameter_sets=sets,
                camera_time=None,
            )
        )
    return Film(Track(codec, sets, width=width, height=height), tuple(units))


def digest(frame: av.VideoFrame) -> str:
    return hashlib.sha256(frame.to_ndarray(format="yuv420p").tobytes()).hexdigest()


def pictures(units: Iterable[AccessUnit], codec: Codec) -> list[str]:
    """Digests of the decoded stream as the camera sent it, in order of showing."""
    decoder = VideoCodecContext.create({"h264": "h264", "h265": "hevc"}[codec], "r")
    assert isinstance(decoder, VideoCodecContext)
    frames = [frame for unit in units for frame in decoder.decode(av.Packet(unit.data))]
    return [digest(frame) for frame in frames + decoder.decode(None)]


def write(
    path: Path, track: Track, units: Sequence[AccessUnit], key: bytes, kid: UUID | None = None
) -> SegmentFacts:
    with path.open("xb", buffering=0) as sink:
        writer = SegmentWriter(sink, track=track, key=key, kid=kid or uuid4())
        for unit in units:
            writer.add(unit)
        return writer.close()


T0 = datetime(2026, 11, 24, 3, 0, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def record(folder: Path, shot: Film, starts: float = 0.0) -> Source:
    """One segment whose first frame was shown `starts` seconds after T0."""
    segment, key = uuid4(), new_key()
    facts = write(folder / f"{segment}.mp4", shot.track, shot.units, key, segment)
    return Source(
        segment=segment,
        path=folder / f"{segment}.mp4",
        key=key,
        sha256=facts.sha256,
        frames=facts.frames,
        bytes=facts.bytes,
        started_at=at(starts),
        ended_at=at(starts + facts.duration_s),
        parameters=facts.parameters,
        keyframes=facts.keyframes,
    )


def new_key() -> bytes:
    return secrets.token_bytes(16)
