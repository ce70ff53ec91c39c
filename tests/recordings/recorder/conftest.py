"""Recorders, real cameras on loopback, real PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from devices.models import Camera
from devices.simulator import VirtualCamera
from recordings.models import Volume
from recordings.recorder.recorder import Recorder
from recordings.services import volumes
from tests.factories.devices import CameraFactory, DeviceFactory
from tests.factories.recordings import PlanFactory, VolumeFactory

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import Settings

    from tests.conftest import RaceDatabase

Start = Callable[..., Recorder]
Register = Callable[..., Camera]


@pytest.fixture
def lens() -> Iterator[VirtualCamera]:
    """A camera with a keyframe a second, so that two-second segments are cut in time."""
    with VirtualCamera("Lobi", gop_s=1.0) as camera:
        yield camera


@pytest.fixture
def quick(settings: Settings) -> None:
    settings.SEGMENT_SECONDS = 2
    settings.LEASE_SECONDS = 4


@pytest.fixture
def volume(race_db: RaceDatabase, data_dir: Path, quick: None) -> Volume:
    made: Volume = VolumeFactory(node="node-1", path=str(data_dir / "footage"))
    volumes.prepare(made)
    return made


@pytest.fixture
def register(volume: Volume) -> Register:
    """Makes rows for a virtual camera: device, camera, plan."""

    def make(lens: VirtualCamera, **plan: object) -> Camera:
        device = DeviceFactory(username=lens.username)
        device.password = lens.password
        device.save()
        camera: Camera = CameraFactory(device=device, stream_url=lens.rtsp_url)
        PlanFactory(camera=camera, volume=volume, **plan)
        return camera

    return make


@pytest.fixture
def start(volume: Volume) -> Iterator[Start]:
    """Starts recorders in this process; all are stopped at the end."""
    with ExitStack() as stack:

        def run(node: str = "node-1") -> Recorder:
            recorder = Recorder(node)
            stack.callback(recorder.stop)
            recorder.start()
            return recorder

        yield run
