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
from recordings.media.protocol import Broken, Closed, Opened, Prepared, Report
from recordings.media.tape import Blanks, SegmentBroken, Tape
from tests.recordings.media.films import FPS, Film, film

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
