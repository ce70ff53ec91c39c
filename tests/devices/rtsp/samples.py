"""Small streams written out by hand: parameter sets of real encoders, invented slices."""

from __future__ import annotations

import base64
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

REAL = Path(__file__).parents[4] / "shared" / "data" / "rtsp"
START = b"\0\0\0\1"

# 176 x 144, 25 pictures a second: no reordering, then with B pictures (reorder 2).
H264_SETS = (
    base64.b64decode("Z2QAC6yyBYnQgAAAAwCAAAAZR4oVJA=="),
    base64.b64decode("aOvDyyLA"),
)
H264_B_SETS = (
    base64.b64decode("Z2QAC6zZQsToQAAAAwBAAAAMg8UKZYA="),
    base64.b64decode("aOvjyyLA"),
)
H265_SETS = (
    base64.b64decode("QAEMAf//AWAAAAMAkAAAAwAAAwA8koCQ"),
    base64.b64decode("QgEBAWAAAAMAkAAAAwAAAwA8oBYgJFlkqSTK5oCAAAADAIAAAAyE"),
    base64.b64decode("RAHBcrRiQA=="),
)
H265_B_SPS = base64.b64decode("QgEBAWAAAAMAkAAAAwAAAwA8oBYgJFllZZJMrmgIAAADAAgAAAMAyEA=")
H265_LAYERS_SPS = base64.b64decode(
    "QgEEAWAAAAMAkAAAAwAAAwA8AACgFiAkWWVlKylZZJMrmgIAAAMAAgAAAwAyEA=="
)
# Interlaced, with HRD, aspect and colours in its usability information.
H264_INTERLACED_SPS = base64.b64decode("Z2QAFazkCyvy4c1AQICQAAADABAAAAMDJgIAHoQAB6EpMMA+KFSQ")

IDR = b"\x65\x88" + b"I" * 40
SLICE = b"\x41\x9a" + b"p" * 20
LATER_SLICE = b"\x41\x1a" + b"q" * 20  # first macroblock is not 0
H265_IDR = b"\x26\x01\xaf" + b"I" * 40
H265_SLICE = b"\x02\x01\xd0" + b"p" * 20


def sdp(
    sets: tuple[bytes, ...] = H264_SETS,
    codec: Literal["H264", "H265"] = "H264",
    payload_type: int = 96,
) -> bytes:
    encoded = [base64.b64encode(each).decode() for each in sets]
    names = ("sprop-vps", "sprop-sps", "sprop-pps")
    if codec == "H264":
        given = "packetization-mode=1;sprop-parameter-sets=" + ",".join(encoded)
    else:
        given = ";".join(f"{name}={text}" for name, text in zip(names, encoded, strict=False))
    lines = [
        "v=0",
        "o=- 1 1 IN IP4 0.0.0.0",
        "s=kamera",
        "t=0 0",
        "a=control:*",
        "m=audio 0 RTP/AVP 8",
        "a=rtpmap:8 PCMA/8000",
        "a=control:track2",
        f"m=video 0 RTP/AVP {payload_type}",
        f"a=fmtp:{payload_type} {given}",
        f"a=rtpmap:{payload_type} {codec}/90000",
        "a=control:track1",
    ]
    return "\r\n".join([*lines, ""]).encode()


def interleave(packet: bytes, channel: int = 0) -> bytes:
    return b"$" + bytes([channel]) + struct.pack(">H", len(packet)) + packet


def fragments(nal: bytes, size: int) -> list[bytes]:
    """FU-A payloads (RFC 6184 section 5.8)."""
    parts = [nal[at : at + size] for at in range(1, len(nal), size)]
    last = len(parts) - 1
    return [
        bytes(
            (
                nal[0] & 0xE0 | 28,
                (0x80 if index == 0 else 0) | (0x40 if index == last else 0) | nal[0] & 31,
            )
        )
        + part
        for index, part in enumerate(parts)
    ]


def h265_fragments(nal: bytes, size: int) -> list[bytes]:
    """FU payloads (RFC 7798 section 4.4.3)."""
    parts = [nal[at : at + size] for at in range(2, len(nal), size)]
    last = len(parts) - 1
    kind = nal[0] >> 1 & 63
    return [
        bytes(
            (
                nal[0] & 0x81 | 49 << 1,
                nal[1],
                (0x80 if index == 0 else 0) | (0x40 if index == last else 0) | kind,
            )
        )
        + part
        for index, part in enumerate(parts)
    ]


def aggregate(head: bytes, *nals: bytes) -> bytes:
    """STAP-A (head 0x78) or AP (head 0x60 0x01)."""
    return head + b"".join(struct.pack(">H", len(nal)) + nal for nal in nals)


def annexb(*nals: bytes) -> bytes:
    return b"".join(START + nal for nal in nals)


@dataclass(slots=True)
class Sender:
    """Numbers and stamps RTP packets as a camera does."""

    sequence: int = 1000
    timestamp: int = 90_000
    source: int = 0x1234_5678
    payload_type: int = 96

    def packet(self, payload: bytes, *, marker: bool = False) -> bytes:
        head = struct.pack(
            ">BBHII",
            0x80,
            self.payload_type | (0x80 if marker else 0),
            self.sequence & 0xFFFF,
            self.timestamp & 0xFFFF_FFFF,
            self.source,
        )
        self.sequence += 1
        return head + payload

    def unit(self, *payloads: bytes, step: int = 3600) -> list[bytes]:
        """One access unit, `step` ticks after the one before."""
        self.timestamp += step
        last = len(payloads) - 1
        return [self.packet(each, marker=at == last) for at, each in enumerate(payloads)]

    def group(self, size: int = 5, step: int = 3600) -> list[list[bytes]]:
        """A keyframe with its sets, and pictures that build on it."""
        first = self.unit(*H264_SETS, *fragments(IDR, 16), step=step)
        return [first, *(self.unit(SLICE, step=step) for _ in range(size - 1))]

    def report(self, unix_time: float, timestamp: int | None = None) -> bytes:
        """RTCP sender report (RFC 3550 section 6.4.1)."""
        seconds = int(unix_time) + 2_208_988_800
        fraction = int(unix_time % 1 * 2**32)
        ticks = self.timestamp if timestamp is None else timestamp
        return struct.pack(
            ">BBHIIIIII",
            0x80,
            200,
            6,
            self.source,
            seconds & 0xFFFF_FFFF,
            fraction,
            ticks & 0xFFFF_FFFF,
            0,
            0,
        )

    def goodbye(self) -> bytes:
        return struct.pack(">BBHI", 0x81, 203, 1, self.source)
