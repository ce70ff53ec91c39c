"""Playing an approved range in the browser: HLS with fragmented MP4 (RFC 8216, version 7).

The server opens, trims and re-muxes each segment for one viewing; the key never leaves it. Not
one frame outside the range is sent: unlike an export, a viewing begins at the first keyframe
inside it. All segments share one timeline that starts at `timeline_origin`, gaps included, so a
player may seek across them.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from itertools import islice
from typing import TYPE_CHECKING

import av

from recordings.media import reader
from recordings.media.boxes import boxes
from recordings.media.errors import MediaError, NothingInRange
from recordings.media.playlist import Span, playlist, spans
from recordings.media.run import TICKS, moment, ticks

if TYPE_CHECKING:
    from av.packet import Packet
    from av.video.stream import VideoStream

    from recordings.media.plan import Source

__all__ = ["MediaSegment", "Span", "media_segment", "playlist", "spans"]

_MUXER = {
    # Times start where the timeline says, not at zero.
    "movflags": "frag_keyframe+empty_moov+default_base_moof+frag_discont",
    "avoid_negative_ts": "disabled",
    "use_editlist": "0",
    # Without a bit rate in it, one map serves all segments with the same parameter sets.
    "write_btrt": "0",
}


@dataclass(frozen=True, slots=True)
class MediaSegment:
    """What a player gets: the map (ftyp, moov) and the fragments; when the frames were shown."""

    init: bytes
    media: bytes
    first_frame_at: datetime
    last_frame_at: datetime
    frames: int


def media_segment(
    source: Source,
    *,
    start: datetime,
    end: datetime,
    timeline_origin: datetime,
    most_frames: int | None = None,
) -> MediaSegment:
    """Open one segment for viewing: frames from the first keyframe in [start, end) on.

    With `most_frames` it ends after so many: whoever wants the map alone needs one, and waits a
    hundredth of the time.

    The caller verifies the file's hash once per viewing (`reader.verify`). `timeline_origin` is
    at or before `start` and the same for the whole playlist. Raises NothingInRange when no
    keyframe lies in the range, FrameMismatch for a wrong key, MediaError, OSError.
    """
    if timeline_origin > start:
        raise ValueError("the timeline begins behind the range")
    offset = ticks(source.started_at - timeline_origin)
    bounds = range(ticks(start - timeline_origin), ticks(end - timeline_origin))
    out = io.BytesIO()
    with reader.opened(source.path, source.key) as container:
        stream = container.streams.video[0]
        if stream.time_base != Fraction(1, TICKS):
            raise MediaError("Segmen ini memakai satuan waktu yang tidak dikenal")
        inside = _inside(container.demux(stream), offset, bounds)
        shown = _mux(source, stream, islice(inside, most_frames), out)
    if not shown:
        raise NothingInRange("Tidak ada gambar utuh pada rentang ini")
    init, media = _split(out.getbuffer())
    return MediaSegment(
        init=init,
        media=media,
        first_frame_at=moment(timeline_origin, min(shown)),
        last_frame_at=moment(timeline_origin, max(shown)),
        frames=len(shown),
    )


def _inside(
    packets: Iterator[Packet[VideoStream]], offset: int, bounds: range
) -> Iterator[tuple[Packet[VideoStream], int, int]]:
    """Packets shown within `bounds`, from a keyframe on, with their times on the timeline."""
    floor: int | None = None
    for packet, pts, dts in reader.timed(packets):
        at = offset + pts
        if floor is None and packet.is_keyframe and at >= bounds.start:
            floor = at
        if at >= bounds.stop:
            # In decoding order: what comes behind may need this frame to be shown.
            return
        if floor is not None and at >= floor:
            yield packet, at, offset + dts


def _mux(
    source: Source,
    stream: VideoStream,
    packets: Iterator[tuple[Packet[VideoStream], int, int]],
    out: io.BytesIO,
) -> list[int]:
    """Write the packets as fragments; returns when each was shown, in ticks."""
    shown: list[int] = []
    with av.open(out, "w", format="mp4", options=_MUXER) as container:
        target = container.add_stream_from_template(stream)
        target.time_base = Fraction(1, TICKS)
        decoded = -1
        for packet, at, dts in packets:
            if not shown and not reader.sound(stream, packet):
                reader.prove_key(source.path, source.key)
            # Reordered frames at the very start would be decoded before the timeline begins.
            decoded = max(dts, decoded + 1)
            packet.stream, packet.pts, packet.dts = target, at, decoded
            container.mux_one(packet)
            shown.append(at)
    return shown


def _split(written: memoryview) -> tuple[bytes, bytes]:
    init, media = io.BytesIO(), io.BytesIO()
    for box in boxes(written):
        if box.kind in (b"ftyp", b"moov"):
            init.write(box.head + box.body)
        elif box.kind in (b"moof", b"mdat"):
            media.write(box.head + box.body)
    return init.getvalue(), media.getvalue()
