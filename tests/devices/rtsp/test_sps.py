from __future__ import annotations

import pytest

from devices.rtsp import sps
from devices.rtsp.sps import Codec, SpsFacts
from tests.devices.rtsp import samples

SETS: list[tuple[Codec, bytes, SpsFacts]] = [
    ("h264", samples.H264_SETS[0], SpsFacts(176, 144, 0, 25.0)),
    ("h264", samples.H264_B_SETS[0], SpsFacts(176, 144, 2, 25.0)),
    ("h264", samples.H264_INTERLACED_SPS, SpsFacts(176, 144, 0, 25.0)),
    ("h265", samples.H265_SETS[1], SpsFacts(176, 144, 0)),
    ("h265", samples.H265_B_SPS, SpsFacts(176, 144, 2)),
    ("h265", samples.H265_LAYERS_SPS, SpsFacts(176, 144, 2)),
]


@pytest.mark.parametrize(("codec", "data", "facts"), SETS)
def test_size_rate_and_reordering_are_read(codec: Codec, data: bytes, facts: SpsFacts) -> None:
    assert sps.read(codec, data) == facts


@pytest.mark.parametrize(("codec", "data", "facts"), SETS)
def test_cut_set_tells_less_but_never_fails(codec: Codec, data: bytes, facts: SpsFacts) -> None:
    for size in range(len(data)):
        assert sps.read(codec, data[:size]).width in {0, facts.width}
