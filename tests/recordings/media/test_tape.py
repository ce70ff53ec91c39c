"""Cutting one stream into segments without losing a frame."""

from __future__ import annotations

import os
import secrets
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from recordings.media import reader
from recordings.media.errors import MediaError
from recordings.media.protocol import Broken, Closed, Lost, Opened, Prepared, Report
from recordings.media.tape import Blanks, SegmentBroken, Tape
from tests.recordings.media.films import FPS, Codec, Film, film

CAMERA = UUID(int=7)


class Studio:
    """A tape, the files it was given, and what it told."""

    def __init__(self, folder: Path, segment_s: float = 2.0) -> None:
        self.told: list[Report] = []
        self.blanks = Blanks()
        self.tape = Tape(CAMERA, segment_s, self.blanks, self.told.append)
        self.keys: dict[UUID, bytes] = {}
        self._folder = folder
        self.tape.begin()

    def give(self, count: int) -> None:
        for _ in range(count):
            segment, key = uuid4(), secrets.token_bytes(16)
            self.keys[segment] = key
            flags = os.O_CREAT | os.O_EXCL | os.O_RDWR
            self.give_file(segment, os.open(self.path(segment), flags, 0o600))

    def give_file(self, segment: UUID, descriptor: int) -> None:
        self.keys.setdefault(segment, secrets.token_bytes(16))
        self.blanks.add(Prepared(CAMERA, segment, self.keys[segment]), descriptor)

    def path(self, segment: UUID) -> Path:
        return self._folder / f"{segment}.part"

    def play(self, shown: Film, *, at: float = 1_000_000.0) -> None:
        for unit in shown.units:
            self.tape.add(replace(unit, arrived_at=at + unit.pts / 90_000), shown.track)

    @property
    def closed(self) -> list[Closed]:
        return [each for each in self.told if isinstance(each, Closed)]


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(tmp_path)


def test_segments_are_cut_at_keyframes_and_hold_every_frame(studio: Studio) -> None:
    shown = film("h264", 7, gop=FPS)
    studio.give(5)
    studio.play(shown)
    studio.tape.finish()
    assert [each.frames for each in studio.closed] == [2 * FPS, 2 * FPS, 2 * FPS, FPS]
    for each in studio.closed:
        path, key = studio.path(each.segment), studio.keys[each.segment]
        reader.verify(path, each.sha256)
        assert sum(1 for _ in reader.frames(path, key)) == each.frames


def test_times_follow_each_other(studio: Studio) -> None:
    studio.give(5)
    studio.play(film("h264", 6, gop=FPS))
    studio.tape.finish()
    starts = [each.started_at for each in studio.closed]
    ends = [each.started_at + each.duration_s for each in studio.closed]
    assert max(abs(a - b) for a, b in zip(ends[:-1], starts[1:], strict=True)) < 0.001


def test_without_a_blank_the_segment_is_carried_on(studio: Studio) -> None:
    studio.give(1)
    studio.play(film("h264", 5, gop=FPS))
    studio.tape.finish()
    assert [each.frames for each in studio.closed] == [5 * FPS]


def test_first_frame_needs_a_blank(studio: Studio) -> None:
    with pytest.raises(MediaError):
        studio.play(film("h264", 1, gop=FPS))


def test_full_disk_is_told_and_the_next_blank_is_used(studio: Studio) -> None:
    broken = uuid4()
    studio.give_file(broken, os.open("/dev/full", os.O_WRONLY))
    studio.give(1)
    shown = film("h264", 3, gop=FPS)
    with pytest.raises(SegmentBroken):
        studio.play(shown)
    studio.play(shown)
    studio.tape.finish()
    assert [each.segment for each in studio.told if isinstance(each, Broken)] == [broken]
    assert [each.frames for each in studio.closed] == [3 * FPS]


def test_late_first_frames_are_told_again_with_a_better_time(studio: Studio) -> None:
    shown = film("h264", 3, gop=3 * FPS)
    studio.give(1)
    for index, unit in enumerate(shown.units):
        late = 0.8 if index < FPS // 2 else 0.0
        arrived = 1000.0 + unit.pts / 90_000 + late
        studio.tape.add(replace(unit, arrived_at=arrived), shown.track)
    told = [each.started_at for each in studio.told if isinstance(each, Opened)]
    assert len(told) == 2
    assert abs((told[0] - told[1]) - 0.8) < 0.01


def damaged(shown: Film, first: int, last: int) -> Film:
    """The film without the pictures from `first` up to the keyframe `last`."""
    key = shown.units[last]
    lost = (key.pts - shown.units[first - 1].pts) / 90_000
    rest = (replace(key, lost_s=lost), *shown.units[last + 1 :])
    return replace(shown, units=(*shown.units[:first], *rest))


def test_damage_of_seconds_ends_the_segment_and_is_told_as_a_gap(studio: Studio) -> None:
    studio.tape.segment_s = 60.0
    studio.give(2)
    studio.play(damaged(film("h264", 7, gop=FPS), 15, 4 * FPS))
    studio.tape.finish()
    kinds = [type(each) for each in studio.told]
    assert [kind for kind in kinds if kind is not Opened] == [Closed, Lost, Closed]
    before, after = studio.closed
    (lost,) = (each for each in studio.told if isinstance(each, Lost))
    assert (before.frames, after.frames) == (15, 3 * FPS)
    assert lost.cause == "STALLED"
    assert abs(lost.since - (before.started_at + before.duration_s)) < 0.001
    assert abs(after.started_at - lost.since - 2.5) < 0.001
    assert kinds[kinds.index(Lost) + 1] is Opened


@pytest.mark.parametrize(("first", "blanks"), [(25, 2), (15, 1)])
def test_damage_stays_in_the_segment(studio: Studio, first: int, blanks: int) -> None:
    """Where it is short, or where there is no file to go on with."""
    studio.tape.segment_s = 60.0
    studio.give(blanks)
    studio.play(damaged(film("h264", 7, gop=FPS), first, 4 * FPS))
    studio.tape.finish()
    (only,) = studio.closed
    assert (only.frames, round(only.duration_s, 3)) == (first + 3 * FPS, 7.0)
    assert not any(isinstance(each, Lost) for each in studio.told)


def test_time_of_the_last_frame_is_never_of_two_sessions(studio: Studio) -> None:
    """Also when the first frame of the next session finds no file."""
    studio.give(1)
    studio.play(film("h264", 2, gop=FPS))
    studio.tape.finish()
    ended = studio.tape.end
    studio.tape.begin()
    assert abs(studio.tape.end - ended) < 0.001
    with pytest.raises(MediaError):
        studio.play(film("h264", 1, gop=FPS), at=2_000_000.0)
    assert abs(studio.tape.end - ended) < 0.001


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_last_frame_is_the_one_shown_last(studio: Studio, codec: Codec) -> None:
    """With B-frames that is not the one sent last."""
    shown = film(codec, 3, gop=FPS, b_frames=3)
    studio.give(1)
    studio.play(shown)
    assert studio.tape.end == pytest.approx(studio.tape.last_frame_at + 1 / FPS)
    studio.tape.finish()
    (only,) = studio.closed
    assert studio.tape.end == pytest.approx(only.started_at + only.duration_s)


def test_new_parameter_sets_begin_a_new_segment(studio: Studio) -> None:
    """An officer sets the camera to another size: the stream goes on."""
    small = film("h264", 3, gop=FPS)
    behind = small.units[-1].pts + 90_000 // FPS
    studio.tape.segment_s = 60.0
    studio.give(2)
    studio.play(small)
    studio.play(film("h264", 3, gop=FPS, size=(192, 112), start=behind))
    studio.tape.finish()
    assert [(each.width, each.frames) for each in studio.closed] == [(160, 30), (192, 30)]
    before, after = studio.closed
    assert abs(after.started_at - before.started_at - 3.0) < 0.001


def slowed(shown: Film) -> Film:
    """A second and a half from frame to frame: ten minutes need 400 frames."""
    units = tuple(
        replace(unit, pts=unit.pts * 3 * FPS // 2, dts=unit.dts * 3 * FPS // 2)
        for unit in shown.units
    )
    return replace(shown, units=units)


@pytest.mark.parametrize(("blanks", "gop"), [(1, FPS), (2, 420)])
def test_a_segment_ends_after_ten_minutes_whatever_is_missing(
    studio: Studio, blanks: int, gop: int
) -> None:
    """No file to go on with, or a camera that sends no whole picture any more."""
    studio.give(blanks)
    with pytest.raises(MediaError):
        studio.play(slowed(film("h264", 42, gop=gop)))
    (only,) = studio.closed
    assert 598 < only.duration_s <= 602


def test_a_setting_of_hours_still_makes_segments_of_minutes(studio: Studio) -> None:
    studio.tape.segment_s = 3600.0
    studio.give(3)
    studio.play(slowed(film("h264", 42, gop=FPS)))
    studio.tape.finish()
    assert len(studio.closed) == 2
    assert studio.closed[0].duration_s < 600
