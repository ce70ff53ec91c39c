"""RTP data packets and RTCP reports (RFC 3550 sections 5 and 6)."""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct
from typing import NamedTuple

_HEAD = Struct(">BBHII")
_HEAD_AS_NUMBERS = Struct(">QI")
_SENDER = Struct(">IIII")
_number = Struct(">I").unpack_from
_PLAIN = 0x80  # version 2, no padding, no extension, no contributing sources
_NTP_TO_UNIX = 2_208_988_800  # seconds from 1900 to 1970
_SENDER_REPORT, _GOODBYE = 200, 203


class Packet(NamedTuple):
    """Header fields of one packet; its payload is view[start:end]."""

    marker: int
    payload_type: int
    sequence: int
    timestamp: int
    source: int
    start: int
    end: int


def parse(view: memoryview, start: int, end: int) -> Packet | None:
    """Read the packet at view[start:end]; None when it is malformed or carries nothing."""
    if end - start < 13:
        return None
    first, second, sequence, timestamp, source = _HEAD.unpack_from(view, start)
    begin = start + 12
    if first != _PLAIN:
        if first & 0xC0 != 0x80:
            return None
        begin += 4 * (first & 0x0F)
        if first & 0x10:
            if begin + 4 > end:
                return None
            begin += 4 + 4 * (view[begin + 2] << 8 | view[begin + 3])
        if first & 0x20:
            end -= max(view[end - 1], 1)
        if begin >= end:
            return None
    return Packet(second & 0x80, second & 0x7F, sequence, timestamp, source, begin, end)


# Two numbers of a header: all fields up to the timestamp, and the source. The packet that follows
# in the same picture, neither marked nor extended, has the first plus NEXT, and the same second.
peek = _HEAD_AS_NUMBERS.unpack_from
HEADER_SIZE = 12
NEXT = 1 << 32


def number_after(packet: Packet) -> int:
    """First number of the header that would follow; it fits none once the sequence wraps."""
    fields = _PLAIN << 24 | packet.payload_type << 16 | packet.sequence
    return (fields << 32 | packet.timestamp) + NEXT


@dataclass(frozen=True, slots=True)
class Report:
    """A sender report: the camera's clock said `unix_time` at RTP time `timestamp`."""

    source: int
    unix_time: float
    timestamp: int


def parse_control(view: memoryview, start: int, end: int) -> tuple[Report | None, frozenset[int]]:
    """Read a compound RTCP packet: its sender report, and the sources that say goodbye."""
    report, leaving = None, frozenset[int]()
    while end - start >= 4:
        size = 4 + 4 * (view[start + 2] << 8 | view[start + 3])
        if view[start] & 0xC0 != 0x80 or start + size > end:
            break
        kind = view[start + 1]
        if kind == _GOODBYE:
            count = min(view[start] & 0x1F, size // 4 - 1)
            leaving |= {_number(view, start + 4 + 4 * each)[0] for each in range(count)}
        elif kind == _SENDER_REPORT and size >= 28:
            source, seconds, fraction, timestamp = _SENDER.unpack_from(view, start + 4)
            if seconds:  # RFC 3550 section 6.4.1: zero means "no clock"
                report = Report(source, _unix(seconds) + fraction / 2**32, timestamp)
        start += size
    return report, leaving


def _unix(seconds: int) -> int:
    """NTP seconds begin again in 2036 (RFC 5905 section 6): small ones belong to that era."""
    return seconds - _NTP_TO_UNIX + (0 if seconds >= _NTP_TO_UNIX else 1 << 32)


def ticks_between(earlier: int, later: int) -> int:
    """Signed distance of two 32-bit RTP times, the short way round."""
    return ((later - earlier + 0x8000_0000) & 0xFFFF_FFFF) - 0x8000_0000
