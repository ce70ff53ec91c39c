from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devices.simulator import VirtualCamera, make_loop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PASSWORD = "Kunci Pintu & 12"


@pytest.fixture
def camera() -> Iterator[VirtualCamera]:
    with VirtualCamera("Parkir Utara", password=PASSWORD) as on:
        yield on


@pytest.fixture(scope="session")
def h265_loop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("loop")
    return make_loop(folder, codec="h265", size=(640, 360), bitrate=400_000, seconds=2, gop_s=1)


@pytest.fixture(scope="session")
def h264_loop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("loop")
    return make_loop(folder, size=(640, 360), bitrate=3_000_000, seconds=2, gop_s=1)
