from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

import av
import pytest

from recordings.media.errors import FrameMismatch, NothingInRange
from recordings.media.hls import MediaSegment, media_segment
from tests.recordings.media.films import Codec, at, digest, film, new_key, pictures, record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from recordings.media.plan import Source

KINDS = [("h264", 0), ("h264", 2), ("h265", 0), ("h265", 2)]


def piece_of(source: Source, start: float, end: float, origin: float = 0.0) -> MediaSegment:
    return media_segment(source, start=at(start), end=at(end), timeline_origin=at(origin))


def played(parts: Sequence[MediaSegment]) -> list[tuple[float, str]]:
    """As a player does: one map, then the fragments of all segments behind each other."""
    stream = parts[0].init + b"".join(part.media for part in parts)
    with av.open(io.BytesIO(stream), "r", format="mp4") as container:
        return [(round(f.time or 0.0, 4), digest(f)) for f in container.decode(video=0)]


@pytest.mark.parametrize(("codec", "b_frames"), KINDS)
def test_segments_of_a_range_play_behind_each_other_on_one_timeline(
    tmp_path: Path, codec: Codec, b_frames: int
) -> None:
    shot = film(codec, 12, b_frames=b_frames)
    sources = [record(tmp_path, shot.part(n * 40, n * 40 + 40), n * 4.0) for n in range(3)]
    parts = [piece_of(source, 0, 12) for source in sources]
    frames = played(parts)
    assert [picture for _, picture in frames] == pictures(shot.units, codec)
    assert [moment for moment, _ in frames] == [n / 10 for n in range(120)]
    assert {part.init for part in parts} == {parts[0].init}


def test_gap_between_segments_stays_a_gap_on_the_timeline(tmp_path: Path) -> None:
    shot = film(seconds=8)
    sources = [record(tmp_path, shot.part(n * 40, n * 40 + 40), n * 104.0) for n in range(2)]
    moments = [moment for moment, _ in played([piece_of(s, 0, 200) for s in sources])]
    assert (moments[39], moments[40]) == (3.9, 104.0)


@pytest.mark.parametrize(("codec", "b_frames"), KINDS)
def test_no_frame_outside_the_range_is_sent(tmp_path: Path, codec: Codec, b_frames: int) -> None:
    shot = film(codec, b_frames=b_frames)
    source = record(tmp_path, shot, 100.0)
    part = piece_of(source, 100.35, 103.15, origin=100.35)
    frames = played([part])
    assert (part.first_frame_at, part.frames) == (at(101.0), len(frames))
    assert at(103.0 - b_frames / 10) <= part.last_frame_at < at(103.15)
    assert [picture for _, picture in frames] == pictures(shot.units, codec)[10 : 10 + len(frames)]
    assert frames[0][0] == 0.65


def test_frame_exactly_at_the_end_is_outside_and_at_the_start_inside(tmp_path: Path) -> None:
    part = piece_of(record(tmp_path, film()), 1.0, 2.0)
    assert (part.first_frame_at, part.last_frame_at, part.frames) == (at(1.0), at(1.9), 10)


@pytest.mark.parametrize(("codec", "b_frames"), KINDS)
def test_map_alone_is_the_map_of_the_whole_segment(
    tmp_path: Path, codec: Codec, b_frames: int
) -> None:
    source = record(tmp_path, film(codec, b_frames=b_frames))
    whole = piece_of(source, 0, 4)
    alone = media_segment(source, start=at(0), end=at(4), timeline_origin=at(0), most_frames=1)
    assert (alone.init, alone.frames) == (whole.init, 1)


def test_range_without_a_keyframe_shows_nothing(tmp_path: Path) -> None:
    with pytest.raises(NothingInRange):
        piece_of(record(tmp_path, film()), 1.05, 1.95)


def test_pieces_sent_carry_no_encryption_and_no_index_of_the_file(tmp_path: Path) -> None:
    part = piece_of(record(tmp_path, film()), 0.0, 4.0)
    assert (part.init[4:8], part.media[4:8]) == (b"ftyp", b"moof")
    assert not [
        box for box in (b"encv", b"senc", b"mfra", b"tenc") if box in part.init + part.media
    ]


def test_wrong_key_is_told(tmp_path: Path) -> None:
    for codec in ("h264", "h265"):
        source = record(tmp_path, film(codec))
        with pytest.raises(FrameMismatch):
            piece_of(replace(source, key=new_key()), 0.0, 4.0)


def test_timeline_that_begins_behind_the_range_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="timeline"):
        piece_of(record(tmp_path, film()), 0.0, 4.0, origin=1.0)
