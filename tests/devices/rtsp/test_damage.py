"""What is lost on the way, what a camera leaves out on purpose, and how the two are told apart."""

from __future__ import annotations

from itertools import pairwise

import pytest

from devices.rtsp import AccessUnit, ErrorKind, RtspError, Track
from devices.rtsp.assembler import Assembler
from tests.devices.rtsp import samples
from tests.devices.rtsp.samples import IDR, SLICE, Sender

SECOND = 90_000
TRACK = Track("h264", samples.H264_SETS)


class Film:
    """A camera and its viewer, with a clock that both go by."""

    def __init__(self, fps: int = 25, track: Track = TRACK) -> None:
        self.assembler = Assembler(track, 96)
        self.sender = Sender()
        self.at, self._step = 1000.0, SECOND // fps

    def show(self, nal: bytes, *, after: int = 0, late: float = 0.0) -> list[AccessUnit]:
        """One picture, `after` ticks behind the last; it arrives when it is taken, or later."""
        step = after or self._step
        self.at += step / SECOND
        for packet in self.sender.unit(nal, step=step):
            view = memoryview(packet)
            self.assembler.packet(view, 0, len(packet), self.at + late)
            self.assembler.settle()
        ready, self.assembler.ready = self.assembler.ready, []
        return ready

    def group(self, size: int) -> list[AccessUnit]:
        return [unit for nal in (IDR, *(SLICE,) * (size - 1)) for unit in self.show(nal)]

    def lose(self, pictures: int) -> None:
        self.sender.sequence += pictures
        self.sender.timestamp += pictures * self._step
        self.at += pictures * self._step / SECOND


def test_lost_time_is_told_by_the_keyframe_behind_it() -> None:
    film = Film()
    film.group(10)
    film.lose(3)
    assert [film.show(SLICE) for _ in range(60)] == [[]] * 60
    units = film.group(5)
    assert [unit.lost_s for unit in units] == [pytest.approx(64 / 25), 0, 0, 0, 0]
    assert film.assembler.stats.dropped_units == 60
    assert film.assembler.stats.lost_packets == 3


def test_nothing_is_lost_before_the_first_picture() -> None:
    film = Film()
    film.show(SLICE)
    film.lose(50)
    assert [unit.lost_s for unit in film.group(3)] == [0, 0, 0]


def test_damage_of_a_whole_group_is_one_loss() -> None:
    film = Film()
    film.group(25)
    for _ in range(3):
        film.lose(1)
        assert film.show(b"\x65\x08headless") == []
    assert film.group(2)[0].lost_s == pytest.approx(7 / 25)


def test_long_hole_in_the_stream_is_a_loss_and_no_jump() -> None:
    """A camera whose network took nothing for three seconds goes on where it is by then."""
    film = Film()
    film.group(50)
    film.lose(75)
    (unit,) = film.show(IDR)
    assert unit.lost_s == pytest.approx(76 / 25)


def test_pictures_left_out_on_purpose_are_no_loss() -> None:
    """Smart codecs send next to nothing while nothing moves."""
    film = Film()
    film.group(5)
    units = [unit for _ in range(3) for unit in film.show(SLICE, after=3 * SECOND)]
    assert [unit.lost_s for unit in units] == [0, 0, 0]
    assert units[2].pts - units[0].pts == 6 * SECOND


def test_late_pictures_after_a_stop_are_no_jump() -> None:
    film = Film()
    film.group(5)
    assert film.show(SLICE, late=3.0)
    assert film.show(SLICE, after=3 * SECOND)


@pytest.mark.parametrize("late", [-2.9, -1.1])
def test_pictures_from_the_future_are_a_jump(late: float) -> None:
    film = Film()
    film.group(5)
    with pytest.raises(RtspError) as caught:
        film.show(SLICE, after=3 * SECOND, late=late)
    assert caught.value.kind is ErrorKind.CLOCK_JUMP


def test_clock_that_drifts_for_a_day_does_not_jump() -> None:
    """A tenth of a second an hour, either way, with a pause at the end."""
    for drift in (-0.1 / 3600, 0.1 / 3600):
        film = Film()
        film.group(2)
        for _ in range(86_400 // 2):
            film.at += 2 * drift
            assert film.show(IDR, after=2 * SECOND)
        assert film.show(SLICE, after=3 * SECOND)


def test_five_pictures_a_second_with_a_keyframe_in_twenty() -> None:
    film = Film(fps=5)
    units = [unit for _ in range(3) for unit in film.group(100)]
    assert len(units) == 300
    assert [at for at, unit in enumerate(units) if unit.keyframe] == [0, 100, 200]
    film.lose(1)
    assert not any(film.show(SLICE) for _ in range(50))
    assert film.group(1)[0].lost_s == pytest.approx(52 / 5)


def leading(film: Film, back: int) -> list[AccessUnit]:
    """A picture shown `back` frames before the one that was sent last."""
    film.sender.timestamp -= 3600 * (back + 1)
    units = film.show(SLICE)
    film.sender.timestamp += 3600 * back
    return units


def test_pictures_shown_before_the_first_keyframe_are_left_out() -> None:
    """They build on pictures that we never had (open groups of pictures)."""
    film = Film(track=Track("h264", samples.H264_B_SETS))
    film.show(IDR, after=4 * 3600)
    units = [*leading(film, 2), *leading(film, 1)]
    for _ in range(4):
        units += film.show(SLICE)
    assert film.assembler.stats.dropped_units == 0
    assert [unit.keyframe for unit in units] == [True, *[False] * (len(units) - 1)]
    assert all(unit.pts >= units[0].pts for unit in units)


def test_reordering_that_no_set_tells_costs_one_group() -> None:
    """Two pictures deep: once seen, the whole depth is known."""
    film = Film()
    units = film.show(IDR)
    for _ in range(2):
        for _ in range(3):
            units += film.show(SLICE, after=4 * 3600)
            units += leading(film, 2)
            units += leading(film, 3)
            units += leading(film, 1)
        units += film.show(IDR)
    assert [at for at, unit in enumerate(units) if unit.lost_s] == [2]
    assert [at for at, unit in enumerate(units) if unit.keyframe] == [0, 2, 15]
    assert all(a.dts < b.dts <= b.pts for a, b in pairwise(units))
