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


def feed(picture: Picture, view: memoryview, start: int, end: int) -> None:
    """Add the payload view[start:end] of one packet; an unreadable one marks the picture broken."""
    kind = view[start] >> 1 & 63
    if kind == _FU:
        if end - start < 4:
            picture.broken = True
            return
        flags = view[start + 2]
        if flags & 0x80:
            header = bytes((view[start] & 0x81 | (flags & 63) << 1, view[start + 1]))
            picture.begin(header, view[start + 3 : end])
        else:
            picture.more(view[start + 3 : end])
        if flags & 0x40:
            picture.end()
    elif kind == _AP:
        picture.add_all(view[start + 2 : end])
    elif kind < _AP:
        picture.add(view[start:end])
    else:
        picture.broken = True
