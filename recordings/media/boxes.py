"""The few boxes of a fragmented MP4 that tell times without its key (ISO/IEC 14496-12)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_NOT_SYNC = 0x0001_0000  # sample_is_non_sync_sample, 8.8.3.1
_ENTRY = 78  # bytes of a VisualSampleEntry before its inner boxes, 12.1.3


@dataclass(frozen=True, slots=True)
class Box:
    """A box's kind and content."""

    kind: bytes
    body: memoryview

    @property
    def head(self) -> bytes:
        """The eight bytes before the content."""
        return (len(self.body) + 8).to_bytes(4, "big") + self.kind

    def inside(self, skip: int = 0) -> Iterator[Box]:
        """The boxes within, behind `skip` bytes of fields. Raises ValueError when torn."""
        return boxes(self.body[skip:])

    def child(self, *path: bytes) -> Box:
        """The first box along `path`. Raises ValueError when there is none."""
        box = self
        for kind in path:
            found = next((one for one in box.inside() if one.kind == kind), None)
            if found is None:
                raise ValueError(f"no {kind!r} in {box.kind!r}")
            box = found
        return box


@dataclass(frozen=True, slots=True)
class Sample:
    """One frame's times in ticks of the track."""

    pts: int
    duration: int
    keyframe: bool


@dataclass(frozen=True, slots=True)
class Header:
    """What `moov` says of the video track; `format` is the sample entry before encryption."""

    format: bytes
    width: int
    height: int
    ticks: int


def boxes(data: memoryview) -> Iterator[Box]:
    """Split a run of boxes. Raises ValueError when the last one is not whole."""
    at = 0
    while at < len(data):
        if len(data) - at < 8:
            raise ValueError("torn box")
        length = int.from_bytes(data[at : at + 4], "big")
        if not 8 <= length <= len(data) - at:
            raise ValueError("torn box")
        yield Box(bytes(data[at + 4 : at + 8]), data[at + 8 : at + length])
        at += length


def header(moov: Box) -> Header:
    """Read a `moov` with one video track. Raises ValueError."""
    media = moov.child(b"trak", b"mdia")
    clock = media.child(b"mdhd").body
    ticks = int.from_bytes(clock[20:24] if clock[0] else clock[12:16], "big")
    entry = next(media.child(b"minf", b"stbl", b"stsd").inside(8))
    width, height = struct.unpack_from(">HH", entry.body, 24)
    kind = entry.kind
    if kind == b"encv":
        protection = next(one for one in entry.inside(_ENTRY) if one.kind == b"sinf")
        kind = bytes(protection.child(b"frma").body)
    return Header(kind, width, height, ticks)


def samples(moof: Box) -> list[Sample]:
    """The frames of one fragment in decoding order. Raises ValueError."""
    fragment = moof.child(b"traf")
    duration, flags = _defaults(fragment.child(b"tfhd").body)
    start = fragment.child(b"tfdt").body
    dts = int.from_bytes(start[4:12] if start[0] else start[4:8], "big")
    found: list[Sample] = []
    for run in fragment.inside():
        if run.kind == b"trun":
            dts = _read_run(run.body, dts, duration, flags, found)
    return found


def _defaults(body: memoryview) -> tuple[int, int]:
    """Default duration and flags of a fragment's samples (8.8.7)."""
    present, at = int.from_bytes(body[1:4], "big"), 8
    values = {0x1: 8, 0x2: 4, 0x8: 4, 0x10: 4, 0x20: 4}
    read = dict.fromkeys(values, 0)
    for bit, size in values.items():
        if present & bit:
            read[bit] = int.from_bytes(body[at : at + size], "big")
            at += size
    return read[0x8], read[0x20]


def _read_run(body: memoryview, dts: int, duration: int, flags: int, found: list[Sample]) -> int:
    """Append a run's samples (8.8.8); returns the decoding time behind them."""
    present, count = int.from_bytes(body[1:4], "big"), int.from_bytes(body[4:8], "big")
    at = 8 + (4 if present & 0x1 else 0)
    first = flags
    if present & 0x4:
        first = int.from_bytes(body[at : at + 4], "big")
        at += 4
    fields = [bit for bit in (0x100, 0x200, 0x400, 0x800) if present & bit]
    row = struct.Struct(">" + "".join("i" if bit == 0x800 else "I" for bit in fields))
    for number in range(count):
        values = dict(zip(fields, row.unpack_from(body, at), strict=True))
        at += row.size
        length = values.get(0x100, duration)
        mine = values.get(0x400, flags if number else first)
        found.append(Sample(dts + values.get(0x800, 0), length, not mine & _NOT_SYNC))
        dts += length
    return dts
