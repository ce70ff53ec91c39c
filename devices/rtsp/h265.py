"""H.265 out of RTP, without decoding order numbers (RFC 7798 sections 4.4.1 to 4.4.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devices.rtsp.picture import NalRules

if TYPE_CHECKING:
    from devices.rtsp.picture import Picture

_AP, _FU = 48, 49

RULES = NalRules(
    shift=1,
    mask=63,
    header=2,
    sets=(32, 33, 34),
    keys=frozenset(range(16, 22)),
    slices=frozenset(range(32)),
    heads=frozenset({32, 33, 34, 35, 39, *range(41, 45)}),
    delimiter=35,
)


def feed(picture: Picture, payload: memoryview) -> None:
    """Add the payload of one packet; what we cannot read marks the picture broken."""
    kind = payload[0] >> 1 & 63
    if kind == _FU:
        if len(payload) < 4:
            picture.broken = True
            return
        flags = payload[2]
        if flags & 0x80:
            header = bytes((payload[0] & 0x81 | (flags & 63) << 1, payload[1]))
            picture.begin(header, payload[3:])
        else:
            picture.more(payload[3:])
        if flags & 0x40:
            picture.end()
    elif kind == _AP:
        at = 2
        while at + 2 < len(payload):
            end = at + 2 + (payload[at] << 8 | payload[at + 1])
            if end > len(payload):
                picture.broken = True
                return
            picture.add(payload[at + 2 : end])
            at = end
    elif kind < _AP:
        picture.add(payload)
    else:
        picture.broken = True
