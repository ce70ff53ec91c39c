"""Coded pictures and the NAL units they are made of, in the three ways that carry them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

Codec = Literal["h264", "h265"]
PARAMETER_TYPES = {"h264": (7, 8), "h265": (32, 33, 34)}


@dataclass(frozen=True, slots=True)
class Coded:
    """One coded picture: NAL units without start codes, parameter sets in front of keyframes.

    `delay` is how many seconds after its turn it is shown (pictures out of order only).
    """

    nals: tuple[bytes, ...]
    keyframe: bool
    delay: float = 0.0


@dataclass(frozen=True, slots=True)
class Format:
    """What a session description says about a stream."""

    codec: Codec
    parameter_sets: tuple[bytes, ...]
    width: int
    height: int
    fps: float


class Source(Protocol):
    """Endless video. Picture n is due `due(n)` seconds after the start."""

    @property
    def format(self) -> Format: ...

    def due(self, n: int) -> float: ...

    def coded(self, n: int, *, taken_at: float, shown_at: float, keyframe: bool = False) -> Coded:
        """Picture n, taken at that unix time; `shown_at` is what the camera's clock said then.

        `keyframe` asks for a keyframe out of turn, which a file cannot give.
        """

    def jpeg(self, n: int, *, taken_at: float, shown_at: float) -> bytes:
        """Picture n, or the keyframe before it, as a JPEG file."""


def nal_type(codec: Codec, nal: bytes) -> int:
    return nal[0] & 31 if codec == "h264" else (nal[0] >> 1) & 63


def split_annexb(data: bytes) -> list[bytes]:
    """NAL units of a byte stream (H.264 annex B)."""
    parts = data.split(b"\x00\x00\x01")[1:]
    # The zero of a four-byte start code and trailing zeros belong to no unit.
    return [nal for part in parts if (nal := part.rstrip(b"\x00"))]


def join_annexb(nals: tuple[bytes, ...]) -> bytes:
    return b"".join(b"\x00\x00\x00\x01" + nal for nal in nals)


def split_sized(data: bytes, size: int) -> list[bytes]:
    """NAL units with a length of `size` bytes in front (ISO/IEC 14496-15)."""
    nals, at = [], 0
    while at + size <= len(data):
        length = int.from_bytes(data[at : at + size], "big")
        at += size
        nals.append(data[at : at + length])
        at += length
    return nals


def parse_configuration(codec: Codec, record: bytes) -> tuple[tuple[bytes, ...], int]:
    """Parameter sets and length size of an avcC or hvcC record (ISO/IEC 14496-15 5.3.3, 8.3.3)."""
    sets: list[bytes] = []

    def take(at: int, count: int) -> int:
        for _ in range(count):
            length = int.from_bytes(record[at : at + 2], "big")
            sets.append(record[at + 2 : at + 2 + length])
            at += 2 + length
        return at

    if codec == "h264":
        at = take(6, record[5] & 31)
        take(at + 1, record[at])
        return tuple(sets), (record[4] & 3) + 1
    at = 23
    for _ in range(record[22]):
        at = take(at + 3, int.from_bytes(record[at + 1 : at + 3], "big"))
    kept = tuple(n for n in sets if nal_type(codec, n) in PARAMETER_TYPES[codec])
    return kept, (record[21] & 3) + 1
