"""One access unit while its packets arrive: joined to Annex B without a second copy."""

from __future__ import annotations

from dataclasses import dataclass

from devices.rtsp.errors import ErrorKind, RtspError

START_CODE = b"\0\0\0\1"
UNIT_LIMIT = 4 * 1024 * 1024
NAL_LIMIT = 1024


@dataclass(frozen=True, slots=True)
class NalRules:
    """What differs between H.264 (table 7-1) and H.265 (table 7-1) for our purpose."""

    shift: int
    mask: int
    header: int  # bytes; the bit behind it says "first slice of the picture" in both
    sets: tuple[int, ...]  # in the order in which they must stand
    keys: frozenset[int]
    slices: frozenset[int]
    heads: frozenset[int]  # stand in front of the first slice only
    delimiter: int

    def kind(self, first: int) -> int:
        return (first >> self.shift) & self.mask


class Picture:
    """Collects NAL units. The views handed in stay valid until `settle`, which copies them.

    Raises RtspError(LIMIT) when the unit grows beyond UNIT_LIMIT bytes or NAL_LIMIT NAL units.
    """

    __slots__ = (
        "_delimiter",
        "_fragment",
        "_parts",
        "_set_parts",
        "_settled",
        "_size",
        "broken",
        "clean",
        "count",
        "keyframe",
        "rules",
        "sets",
        "slices",
    )

    def __init__(self, rules: NalRules) -> None:
        self.rules = rules
        self.sets: list[bytes] = []
        self.slices = 0
        self.count = 0
        self.keyframe = False
        self.broken = False
        self.clean = False  # its first NAL unit can only be the first of a picture
        self._delimiter = b""
        self._parts: list[bytes | memoryview] = []
        self._settled = 0
        self._set_parts: list[bytes | memoryview] = []
        self._fragment: list[bytes | memoryview] | None = None
        self._size = 0

    @property
    def whole(self) -> bool:
        return not self.broken and self._fragment is None

    def add(self, nal: memoryview) -> None:
        """A complete NAL unit."""
        rules = self.rules
        if len(nal) < rules.header or self._fragment is not None:
            self.broken = True
            return
        kind = rules.kind(nal[0])
        if kind in rules.sets:
            self._take_sets(bytes(nal))
            return
        self._note(kind, nal[rules.header] if len(nal) > rules.header else 0)
        self._grow(len(nal) + len(START_CODE))
        if kind == rules.delimiter:
            self._delimiter = START_CODE + bytes(nal)
        else:
            self._parts += (START_CODE, nal)

    def add_all(self, payload: memoryview) -> None:
        """Several NAL units, each behind its length in two bytes (an aggregation packet)."""
        at = 0
        while at + 2 < len(payload) and not self.broken:
            end = at + 2 + (payload[at] << 8 | payload[at + 1])
            if end > len(payload):
                self.broken = True
                return
            self.add(payload[at + 2 : end])
            at = end

    def begin(self, header: bytes, body: memoryview) -> None:
        """First fragment of a NAL unit, its header rebuilt."""
        if self._fragment is not None:
            self.broken = True
        kind = self.rules.kind(header[0])
        if kind in self.rules.sets:
            self._set_parts = [header]
            self._fragment = self._set_parts
        else:
            self._note(kind, body[0])
            self._parts.append(START_CODE + header)
            self._fragment = self._parts
        self._grow(len(START_CODE) + len(header))
        self.more(body)

    def more(self, body: memoryview) -> None:
        """A further fragment."""
        fragment = self._fragment
        if fragment is None:
            self.broken = True
            return
        fragment.append(body)
        self._size += len(body)
        if self._size > UNIT_LIMIT:
            self._grow(0)

    def end(self) -> None:
        """The last fragment is in."""
        fragment, self._fragment = self._fragment, None
        if fragment is self._set_parts and fragment:
            self._set_parts = []
            self._take_sets(b"".join(fragment))

    def settle(self) -> None:
        """Copy what still lies in the read buffer, before that is written again."""
        if len(self._parts) > self._settled:
            self._parts[self._settled :] = [b"".join(self._parts[self._settled :])]
            self._settled = len(self._parts)
        if self._set_parts:
            self._set_parts[:] = [b"".join(self._set_parts)]

    def data(self, sets: tuple[bytes, ...] | list[bytes]) -> bytes:
        """The unit in Annex B, with the given parameter sets in front (behind a delimiter)."""
        pieces = [self._delimiter]
        for each in sets:
            pieces += (START_CODE, each)
        return b"".join([*pieces, *self._parts])

    def _note(self, kind: int, first_body: int) -> None:
        rules = self.rules
        if kind in rules.slices:
            if not self.count:
                self.clean = first_body & 0x80 != 0
            self.slices += 1
            if kind in rules.keys:
                self.keyframe = True
        elif not self.count:
            self.clean = kind in rules.heads
        self.count += 1

    def _grow(self, size: int) -> None:
        self._size += size
        if self._size > UNIT_LIMIT or self.count > NAL_LIMIT:
            raise RtspError(ErrorKind.LIMIT, "Satu gambar dari kamera melampaui batas ukuran.")

    def _take_sets(self, data: bytes) -> None:
        """Take a parameter set, and what some cameras glue behind it with start codes."""
        rules = self.rules
        for piece in data.split(b"\0\0\1"):
            nal = piece.rstrip(b"\0")
            if len(nal) <= rules.header:
                continue
            kind = rules.kind(nal[0])
            self._note(kind, nal[rules.header])
            self._grow(len(nal) + len(START_CODE))
            if kind not in rules.sets:
                self._parts += (START_CODE, nal)
            elif nal not in self.sets:
                self.sets.append(nal)
