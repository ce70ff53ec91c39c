"""The playlist of an approved range, told from rows without reading media (RFC 8216, EXT-X-GAP)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

from recordings.media.plan import BREAK, Piece, within

# A gap counts for the target duration like a segment does, so long ones are told in parts.
_LONGEST_GAP = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the playlist: one piece clipped to the range, or a gap."""

    kind: Literal["media", "gap"]
    start: datetime
    end: datetime
    segment: UUID | None = None
    parameters: str = ""

    @property
    def seconds(self) -> float:
        return (self.end - self.start).total_seconds()


def spans(pieces: Sequence[Piece], start: datetime, end: datetime) -> tuple[Span, ...]:
    """Cover [start, end) without a hole or an overlap, in order of time.

    Where a piece's keyframes are known, what lies before the first one inside the range is a gap:
    a viewing never shows it. Breaks of up to half a second belong to the piece before.
    """
    viewable = ((_begin(piece, start), piece) for piece in within(pieces, start, end))
    starts = [(begin, piece) for begin, piece in viewable if begin is not None and begin < end]
    found: list[Span] = []
    reached = start
    for number, (begin, piece) in enumerate(starts):
        if begin - reached > BREAK:
            found += _gaps(reached, begin)
            reached = begin
        until = min(piece.ended_at, end)
        if number + 1 < len(starts) and starts[number + 1][0] - until <= BREAK:
            until = min(starts[number + 1][0], end)
        elif end - until <= BREAK:
            until = end
        if until > reached:
            found.append(Span("media", reached, until, piece.segment, piece.parameters))
            reached = until
    return (*found, *_gaps(reached, end))


def playlist(
    parts: Sequence[Span],
    *,
    media_uri: Callable[[Span], str],
    init_uri: Callable[[Span], str],
    gap_uri: str = "gap.mp4",
) -> str:
    """Render a VOD playlist.

    A new map is named, after a discontinuity, where the parameters change; spans without known
    parameters each get their own. Nobody fetches `gap_uri`, but the format wants an address.
    """
    longest = max((math.ceil(part.seconds) for part in parts), default=1)
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:8",
        f"#EXT-X-TARGETDURATION:{longest}",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
    ]
    current: str | None = None
    for part in parts:
        if part.kind == "media" and (part.parameters != current or not part.parameters):
            if current is not None and part.parameters != current:
                lines.append("#EXT-X-DISCONTINUITY")
            lines.append(f'#EXT-X-MAP:URI="{init_uri(part)}"')
            current = part.parameters
        lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{_iso(part.start)}")
        lines.append(f"#EXTINF:{part.seconds:.3f},")
        lines += ["#EXT-X-GAP", gap_uri] if part.kind == "gap" else [media_uri(part)]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def _begin(piece: Piece, start: datetime) -> datetime | None:
    """When a viewing of the piece can begin; None when it has no keyframe inside the range."""
    if piece.started_at >= start or not piece.keyframes:
        return max(piece.started_at, start)
    offset = (start - piece.started_at).total_seconds()
    inside = next((at for at in piece.keyframes if at >= offset), None)
    return None if inside is None else piece.started_at + timedelta(seconds=inside)


def _gaps(start: datetime, end: datetime) -> Iterator[Span]:
    while start < end:
        until = min(end, start + _LONGEST_GAP)
        yield Span("gap", start, until)
        start = until


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
