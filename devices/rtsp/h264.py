"""H.264 out of RTP: packetization modes 0 and 1 (RFC 6184 sections 5.6 to 5.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devices.rtsp.picture import NalRules

if TYPE_CHECKING:
    from devices.rtsp.picture import Picture

_STAP_A, _FU_A = 24, 28

RULES = NalRules(
    shift=0,
    mask=31,
    header=1,
    sets=(7, 8),
    keys=frozenset({5}),
    slices=frozenset({1, 2, 3, 4, 5}),
    heads=frozenset({6, 7, 8, 9, 13, 14, 15, 16, 17, 18}),
    delimiter=9,
)


def feed(picture: Picture, payload: memoryview) -> None:
    """Add the payload of one packet; what we cannot read marks the picture broken."""
    kind = payload[0] & 31
    if kind == _FU_A:
        if len(payload) < 3:
            picture.broken = True
            return
        flags = payload[1]
        if flags & 0x80:
            picture.begin(bytes((payload[0] & 0xE0 | flags & 31,)), payload[2:])
        else:
            picture.more(payload[2:])
        if flags & 0x40:
            picture.end()
    elif kind == _STAP_A:
        at = 1
        while at + 2 < len(payload):
            end = at + 2 + (payload[at] << 8 | payload[at + 1])
            if end > len(payload):
                picture.broken = True
                return
            picture.add(payload[at + 2 : end])
            at = end
    elif 0 < kind < _STAP_A:
        picture.add(payload)
    else:
        picture.broken = True
