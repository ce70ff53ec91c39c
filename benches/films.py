"""Encrypted minutes of video at the size of real ones, from a clip that plays over and over."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

import av
from av.bitstream import BitStreamFilterContext

from devices.rtsp.units import AccessUnit, Track
from recordings.media.join import Source
from recordings.media.segment import SegmentWriter

SEGMENT_S: Final = 60
_TICKS: Final = 90_000


def units(path: Path) -> list[AccessUnit]:
    """The pictures of a clip as a camera would send them."""
    found = []
    with av.open(str(path), "r") as clip:
        stream = clip.streams.video[0]
        to_annex_b = BitStreamFilterContext("h264_mp4toannexb", stream)
        for packet in clip.demux(stream):
            for part in to_annex_b.filter(packet if packet.size else None):
                if part.pts is None or part.dts is None or stream.time_base is None:
                    continue
                ticks = stream.time_base * _TICKS
                pts, dts = int(part.pts * ticks), int(part.dts * ticks)
                found.append(AccessUnit(bytes(part), pts, dts, part.is_keyframe, 0.0, (), None))
    return found


def minutes(folder: Path, clip: list[AccessUnit], start: datetime) -> Iterator[Source]:
    """One camera's segments from `start` on, each written when it is asked for; without an end."""
    while True:
        source = _minute(folder, clip, start)
        yield source
        start = source.ended_at


def _minute(folder: Path, clip: list[AccessUnit], start: datetime) -> Source:
    identity: UUID = uuid4()
    key, path = secrets.token_bytes(16), folder / f"{identity}.mp4"
    length = clip[-1].pts - clip[0].pts + (clip[1].pts - clip[0].pts)
    with path.open("xb", buffering=0) as sink:
        writer = SegmentWriter(sink, track=Track("h264", ()), key=key, kid=identity)
        for turn in range(SEGMENT_S * _TICKS // length):
            offset = turn * length - clip[0].pts
            for unit in clip:
                writer.add(replace(unit, pts=unit.pts + offset, dts=unit.dts + offset))
        facts = writer.close()
    return Source(
        segment=identity,
        started_at=start,
        ended_at=start + timedelta(seconds=facts.duration_s),
        bytes=facts.bytes,
        path=path,
        key=key,
        sha256=facts.sha256,
        frames=facts.frames,
    )
