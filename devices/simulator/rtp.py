"""RTP packets (RFC 3550), H.264 and H.265 payloads (RFC 6184, RFC 7798), RTCP sender reports."""

from __future__ import annotations

import secrets
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from devices.simulator.coded import Codec

NTP_EPOCH = 2_208_988_800  # seconds from 1900 to 1970
CLOCK_RATE = 90_000
PAYLOAD_TYPE = 96
MTU = 1400  # bytes of payload in one packet: what fits an Ethernet frame with room to spare
MASK = 0xFFFFFFFF


def payloads(codec: Codec, nals: Iterable[bytes]) -> list[bytes]:
    """Payloads of one picture: a NAL unit each, larger ones cut into fragmentation units."""
    found: list[bytes] = []
    for nal in nals:
        if len(nal) <= MTU:
            found.append(nal)
        elif codec == "h264":
            found += _fragments(bytes([(nal[0] & 0x60) | 28]), nal[0] & 31, nal[1:])
        else:
            head = bytes([(nal[0] & 0x81) | (49 << 1), nal[1]])
            found += _fragments(head, (nal[0] >> 1) & 63, nal[2:])
    return found


def _fragments(head: bytes, kind: int, body: bytes) -> list[bytes]:
    step = MTU - len(head) - 1
    found = []
    for at in range(0, len(body), step):
        flags = (0x80 if at == 0 else 0) | (0x40 if at + step >= len(body) else 0)
        found.append(head + bytes([flags | kind]) + body[at : at + step])
    return found


def framed(packet: bytes, channel: int) -> bytes:
    """One packet as interleaved data on an RTSP connection (RFC 2326 10.12)."""
    return struct.pack(">cBH", b"$", channel, len(packet)) + packet


@dataclass(slots=True)
class Burst:
    """The packets of one picture, made into wire bytes once for each channel number."""

    packets: Sequence[bytes]
    keyframe: bool
    _wire: dict[int, bytes] = field(default_factory=dict, init=False)

    def damaged(self) -> Burst:
        """The picture with every second packet gone: those with an odd number."""
        return Burst([each for each in self.packets if not each[3] & 1], self.keyframe)

    def wire(self, channel: int) -> bytes:
        found = self._wire.get(channel)
        if found is None:
            found = b"".join(framed(packet, channel) for packet in self.packets)
            self._wire[channel] = found
        return found


@dataclass(slots=True)
class Sender:
    """Numbers the packets of one synchronisation source and reports on them."""

    codec: Codec
    ssrc: int = field(default_factory=lambda: secrets.randbits(32))
    sequence: int = field(default_factory=lambda: secrets.randbits(16))
    origin: int = field(default_factory=lambda: secrets.randbits(32))
    packets: int = 0
    octets: int = 0

    def timestamp(self, seconds: float) -> int:
        """RTP timestamp of a moment in seconds on the camera's clock."""
        return (self.origin + round(seconds * CLOCK_RATE)) & MASK

    def burst(self, parts: Sequence[bytes], *, seconds: float, keyframe: bool) -> Burst:
        """The next picture, from its payloads."""
        stamp, last = self.timestamp(seconds), len(parts) - 1
        packets = []
        for k, part in enumerate(parts):
            marker = 0x80 if k == last else 0
            head = struct.pack(
                ">BBHII", 0x80, PAYLOAD_TYPE | marker, self.sequence & 0xFFFF, stamp, self.ssrc
            )
            packets.append(head + part)
            self.sequence += 1
        self.packets += len(parts)
        self.octets += sum(map(len, parts))
        return Burst(packets, keyframe)

    def report(self, unix: float, *, seconds: float) -> bytes:
        """Sender report (RFC 3550 6.4.1) that ties a unix time to a moment, with a CNAME."""
        ntp = round((unix + NTP_EPOCH) * (1 << 32)) & ((1 << 64) - 1)
        counts = (self.packets & MASK, self.octets & MASK)
        report = struct.pack(
            ">BBHIQIII", 0x80, 200, 6, self.ssrc, ntp, self.timestamp(seconds), *counts
        )
        name = b"kamera"
        item = struct.pack(">IBB", self.ssrc, 1, len(name)) + name
        item += bytes(4 - len(item) % 4)
        return report + struct.pack(">BBH", 0x81, 202, len(item) // 4) + item
