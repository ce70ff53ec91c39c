from __future__ import annotations

import cv2
import numpy as np
import pytest

from devices.simulator import strip
from devices.simulator.picture import Picture
from devices.simulator.strip import Plane, Stamp

NOON = 1_764_046_800.25  # 2025-11-25 12:00:00.25 WIB


def gray(picture: Picture, at: float, shown: float | None = None) -> Plane:
    frame = picture.draw(taken_at=at, shown_at=at if shown is None else shown, counter=9)
    return np.asarray(frame.to_ndarray(format="gray"), np.uint8).copy()


@pytest.mark.parametrize("size", [(320, 180), (640, 360), (640, 480), (1920, 1080)])
def test_each_picture_carries_its_moment(size: tuple[int, int]) -> None:
    picture = Picture("Parkir", size=size)
    assert strip.decode(gray(picture, NOON)) == Stamp(1_764_046_800_250, 9)


def test_only_the_visitor_and_the_strip_move_within_a_second() -> None:
    picture = Picture("Parkir")
    changed = gray(picture, NOON) != gray(picture, NOON + 0.48)
    assert 0 < changed.mean() < 0.1
    assert not changed[:72].any()  # name and clock


def test_visitor_leaves_no_trace() -> None:
    picture = Picture("Parkir")
    first = gray(picture, NOON)
    for k in range(1, 40):
        gray(picture, NOON + k * 0.4)
    # One walk later all is as it was, but the clock and the strip.
    again = gray(picture, NOON + 16)
    assert (first[120:240] == again[120:240]).all()


def test_clock_follows_the_cameras_own_time() -> None:
    picture = Picture("Parkir")
    right = gray(picture, NOON)
    wrong = gray(picture, NOON, shown=NOON + 3600)
    assert (right[48:72] != wrong[48:72]).any()
    assert (right[72:] == wrong[72:]).all()


def test_rooms_and_names_differ() -> None:
    pictures = [Picture("Parkir"), Picture("Parkir", seed=1), Picture("Lobi")]
    first, other_room, other_name = (gray(picture, NOON) for picture in pictures)
    assert (first[:48] == other_room[:48]).mean() > 0.5
    assert (first[72:280] != other_room[72:280]).mean() > 0.1
    assert (first[12:36] != other_name[12:36]).any()
    assert (first[72:] == other_name[72:]).all()


def test_jpeg_is_the_picture() -> None:
    picture = Picture("Parkir")
    picture.draw(taken_at=NOON, shown_at=NOON, counter=5)
    image = cv2.imdecode(np.frombuffer(picture.jpeg(), np.uint8), cv2.IMREAD_GRAYSCALE)
    assert image is not None
    assert strip.decode(np.asarray(image, np.uint8)) == Stamp(1_764_046_800_250, 5)
