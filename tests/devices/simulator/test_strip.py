from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from devices.simulator import strip
from devices.simulator.strip import Plane, Stamp, StripError

TIMES = st.integers(0, (1 << strip.MS_BITS) - 1)
COUNTERS = st.integers(0, (1 << strip.COUNTER_BITS) - 1)
SIZES = [(160, 120), (640, 360), (640, 480), (1280, 720), (1920, 1080)]


def noise(width: int, height: int, seed: int) -> Plane:
    coarse = np.random.default_rng(seed).integers(0, 256, (height // 4, width // 4), np.uint8)
    return coarse.repeat(4, 0).repeat(4, 1)


def through_x264(planes: list[Plane], crf: int) -> list[Plane]:
    """Code and decode as a camera and a viewer would."""
    height, width = planes[0].shape
    coder = av.CodecContext.create("libx264", "w")
    coder.width, coder.height, coder.pix_fmt = width, height, "yuv420p"
    coder.time_base = Fraction(1, 25)
    coder.options = {"preset": "ultrafast", "tune": "zerolatency", "crf": str(crf)}
    decoder = av.CodecContext.create("h264", "r")
    found = []
    for k, plane in enumerate(planes):
        frame = av.VideoFrame.from_ndarray(plane, format="gray").reformat(format="yuv420p")
        frame.pts = k
        for packet in coder.encode(frame):
            found += decoder.decode(packet)
    found += decoder.decode(None)
    return [np.asarray(frame.to_ndarray(format="gray"), np.uint8) for frame in found]


@pytest.mark.parametrize("size", SIZES)
@given(utc_ms=TIMES, counter=COUNTERS)
@settings(max_examples=25, deadline=None)
def test_strip_comes_back_as_written(size: tuple[int, int], utc_ms: int, counter: int) -> None:
    frame = noise(*size, seed=counter)
    strip.encode(frame, utc_ms, counter)
    assert strip.decode(frame) == Stamp(utc_ms, counter)


@pytest.mark.parametrize("size", [(640, 360), (1920, 1080)])
@given(stamps=st.lists(st.tuples(TIMES, COUNTERS), min_size=2, max_size=4), seed=COUNTERS)
@example(stamps=[(0, 0), ((1 << 44) - 1, (1 << 28) - 1)], seed=0)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_strip_survives_harsh_h264(
    size: tuple[int, int], stamps: list[tuple[int, int]], seed: int
) -> None:
    planes = []
    for utc_ms, counter in stamps:
        planes.append(noise(*size, seed=seed))
        strip.encode(planes[-1], utc_ms, counter)
    found = [strip.decode(plane) for plane in through_x264(planes, crf=38)]
    assert found == [Stamp(*stamp) for stamp in stamps]


@pytest.mark.parametrize(("gain", "shift"), [(0.4, 0), (0.5, 120), (1.164, -18), (1.0, 20)])
def test_strip_survives_other_light(gain: float, shift: int) -> None:
    frame = noise(640, 360, seed=1)
    strip.encode(frame, 1_700_000_000_123, 77)
    changed = np.clip(frame * gain + shift, 0, 255).astype(np.uint8)
    assert strip.decode(changed) == Stamp(1_700_000_000_123, 77)


def test_counter_wraps() -> None:
    frame = noise(640, 360, seed=1)
    strip.encode(frame, 5, (1 << strip.COUNTER_BITS) + 3)
    assert strip.decode(frame) == Stamp(5, 3)


@pytest.mark.parametrize("frame", [noise(640, 360, seed=4), np.zeros((360, 640), np.uint8)])
def test_picture_without_strip_is_refused(frame: Plane) -> None:
    with pytest.raises(StripError):
        strip.decode(frame)


@given(row=st.integers(0, 2), column=st.integers(1, 32))
@settings(max_examples=30, deadline=None)
def test_one_wrong_block_is_noticed(row: int, column: int) -> None:
    frame = noise(640, 360, seed=1)
    strip.encode(frame, 1_700_000_000_123, 77)
    spot = strip.place(360, 640)
    block = np.s_[row * 16 : row * 16 + 16, column * 16 : column * 16 + 16]
    spot.cut(frame)[block] = 255 - spot.cut(frame)[block]
    with pytest.raises(StripError, match="jumlah ujinya"):
        strip.decode(frame)


@pytest.mark.parametrize("shape", [(90, 120), (12, 640)])
def test_small_picture_is_refused(shape: tuple[int, int]) -> None:
    with pytest.raises(StripError, match="terlalu kecil"):
        strip.encode(np.zeros(shape, np.uint8), 0, 0)


@pytest.mark.parametrize("utc_ms", [-1, 1 << strip.MS_BITS])
def test_time_out_of_range_is_refused(utc_ms: int) -> None:
    with pytest.raises(ValueError, match="jangkauan"):
        strip.encode(noise(640, 360, seed=1), utc_ms, 0)
