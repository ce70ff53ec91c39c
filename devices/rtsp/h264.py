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


def feed(picture: Picture, view: memoryview, start: int, end: int) -> None:
    """Add the payload view[start:end] of one packet; an unreadable one marks the picture broken."""
    kind = view[start] & 31
    if kind == _FU_A:
        if end - start < 3:
            picture.broken = True
            return
        flags = view[start + 1]
        if flags & 0x80:
            header = bytes((view[start] & 0xE0 | flags & 31,))
            picture.begin(header, view[start + 2 : end])
        else:
            picture.more(view[start + 2 : end])
        if flags & 0x40:
            picture.end()
    elif kind == _STAP_A:
        picture.add_all(view[start + 1 : end])
    elif 0 < kind < _STAP_A:
        picture.add(view[start:end])
    else:
        picture.broken = True
