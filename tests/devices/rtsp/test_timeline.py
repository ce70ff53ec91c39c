from __future__ import annotations

import itertools

import pytest

from devices.rtsp import AccessUnit
from devices.rtsp.timeline import Timeline

FRAME = 3600


def unit(frame: int) -> AccessUnit:
    pts = 500_000 + frame * FRAME
    return AccessUnit(
        b"", pts, pts, keyframe=False, arrived_at=0, parameter_sets=(), camera_time=None
    )


def play(timeline: Timeline, frames: list[int]) -> list[AccessUnit]:
    units: list[AccessUnit] = []
    for frame in frames:
        each = unit(frame)
        timeline.check(each.pts, each.pts / 90_000, keyframe=False)
        ready = timeline.add(each)
        assert ready is not None
        units += ready
    return units


@pytest.mark.parametrize(
    ("depth", "frames"),
    [
        (0, [0, 1, 2, 3, 4]),
        (1, [0, 2, 1, 4, 3, 6, 5]),
        (1, [0, 3, 1, 2, 6, 4, 5]),
        (2, [0, 4, 2, 1, 3, 8, 6, 5, 7]),
        (2, [0, 1, 2, 3, 4, 5]),  # told to reorder, never does
    ],
)
def test_decoding_times_rise_and_never_pass_presentation(depth: int, frames: list[int]) -> None:
    timeline = Timeline()
    timeline.restart(depth)
    units = play(timeline, frames)
    assert [each.pts for each in units] == [unit(frame).pts for frame in frames]
    assert all(a.dts < b.dts for a, b in itertools.pairwise(units))
    assert all(each.dts <= each.pts for each in units)
    if depth == 0:
        assert all(each.dts == each.pts for each in units)


def test_only_the_first_units_are_held_back() -> None:
    timeline = Timeline()
    timeline.restart(2)
    assert play(timeline, [0, 4]) == []
    assert len(play(timeline, [2])) == 3
    assert len(play(timeline, [1])) == 1


def test_untold_reordering_is_learnt() -> None:
    timeline = Timeline()
    timeline.restart(0)
    play(timeline, [0, 2])
    assert timeline.add(unit(1)) is None
    timeline.restart(0)
    units = play(timeline, [5, 7, 6, 9, 8])
    assert timeline.depth == 1
    assert all(a.dts < b.dts <= b.pts for a, b in itertools.pairwise(units))
    assert units[0].dts > unit(2).pts
