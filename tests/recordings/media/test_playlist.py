from __future__ import annotations

from uuid import uuid4

from recordings.media.plan import Piece
from recordings.media.playlist import Span, playlist, spans
from tests.recordings.media.films import at


def piece(
    starts: float, ends: float, parameters: str = "a", keyframes: tuple[float, ...] = ()
) -> Piece:
    return Piece(
        segment=uuid4(),
        started_at=at(starts),
        ended_at=at(ends),
        bytes=1000,
        parameters=parameters,
        keyframes=keyframes,
    )


def shape(parts: tuple[Span, ...]) -> list[tuple[str, float, float]]:
    return [
        (p.kind, (p.start - at(0)).total_seconds(), (p.end - at(0)).total_seconds()) for p in parts
    ]


def test_spans_cover_the_range_without_hole_or_overlap() -> None:
    parts = spans([piece(0, 60.0), piece(60.2, 120.5), piece(120.1, 179.8)], at(10), at(180))
    assert shape(parts) == [("media", 10, 60.2), ("media", 60.2, 120.1), ("media", 120.1, 180)]


def test_long_gap_is_told_in_parts() -> None:
    parts = spans([piece(0, 60), piece(200, 260)], at(0), at(290))
    assert shape(parts) == [
        ("media", 0, 60),
        ("gap", 60, 120),
        ("gap", 120, 180),
        ("gap", 180, 200),
        ("media", 200, 260),
        ("gap", 260, 290),
    ]


def test_known_keyframes_move_the_start_behind_what_may_not_be_shown() -> None:
    known = piece(0, 60, keyframes=(0.0, 20.0, 40.0))
    assert shape(spans([known], at(5), at(60))) == [("gap", 5, 20), ("media", 20, 60)]
    assert shape(spans([known], at(45), at(60))) == [("gap", 45, 60)]
    assert shape(spans([known], at(5), at(15))) == [("gap", 5, 15)]
    assert shape(spans([known], at(20), at(60))) == [("media", 20, 60)]


def test_range_without_recording_is_all_gap() -> None:
    assert shape(spans([], at(0), at(30))) == [("gap", 0, 30)]


def test_playlist_names_times_maps_gaps_and_discontinuities() -> None:
    pieces = [piece(0, 10), piece(20, 30), piece(30, 40.25, parameters="b")]
    names = {one.segment: f"s{number}" for number, one in enumerate(pieces)}
    text = playlist(
        spans(pieces, at(0), at(40.25)),
        media_uri=lambda span: f"{names[span.segment or uuid4()]}.m4s",
        init_uri=lambda span: f"{names[span.segment or uuid4()]}.mp4",
    )
    assert text.splitlines() == [
        "#EXTM3U",
        "#EXT-X-VERSION:8",
        "#EXT-X-TARGETDURATION:11",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        '#EXT-X-MAP:URI="s0.mp4"',
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-24T03:00:00.000Z",
        "#EXTINF:10.000,",
        "s0.m4s",
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-24T03:00:10.000Z",
        "#EXTINF:10.000,",
        "#EXT-X-GAP",
        "gap.mp4",
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-24T03:00:20.000Z",
        "#EXTINF:10.000,",
        "s1.m4s",
        "#EXT-X-DISCONTINUITY",
        '#EXT-X-MAP:URI="s2.mp4"',
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-24T03:00:30.000Z",
        "#EXTINF:10.250,",
        "s2.m4s",
        "#EXT-X-ENDLIST",
    ]
