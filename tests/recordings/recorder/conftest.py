"""Recorders, real cameras on loopback, real PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from devices.models import Camera
from devices.simulator import LoopServer, VirtualCamera, make_loop
from recordings.models import Volume
from recordings.recorder.recorder import Recorder
from recordings.services import volumes
from tests.factories.devices import CameraFactory, DeviceFactory
from tests.factories.recordings import PlanFactory, VolumeFactory
from tests.recordings.recorder.cluster import Node

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import Settings

    from tests.conftest import RaceDatabase

Start = Callable[..., Recorder]
StartNode = Callable[..., Node]
Register = Callable[..., Camera]
MANY = 8


@dataclass(frozen=True, slots=True)
class Mount:
    """One of many cameras that play a film over and over."""

    rtsp_url: str
    username: str = ""
    password: str = ""


@pytest.fixture
def lens() -> Iterator[VirtualCamera]:
    """A camera with a keyframe a second, so that two-second segments are cut in time."""
    with VirtualCamera("Lobi", gop_s=1.0) as camera:
        yield camera


@pytest.fixture(scope="session")
def loop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("loop")
    return make_loop(folder, size=(320, 180), fps=10, seconds=4, bitrate=200_000, gop_s=1)


@pytest.fixture
def mounts(loop: Path) -> Iterator[list[Mount]]:
    with LoopServer(loop, paths=MANY) as server:
        yield [Mount(server.url(number)) for number in range(MANY)]


@pytest.fixture
def quick(settings: Settings) -> None:
    settings.SEGMENT_SECONDS = 2
    settings.LEASE_SECONDS = 6


@pytest.fixture
def volume(race_db: RaceDatabase, data_dir: Path, quick: None) -> Volume:
    made: Volume = VolumeFactory(node="node-1", path=str(data_dir / "footage"))
    volumes.prepare(made)
    return made


@pytest.fixture
def second(volume: Volume, data_dir: Path) -> Volume:
    """Of another node."""
    made: Volume = VolumeFactory(node="node-2", path=str(data_dir / "footage-2"))
    volumes.prepare(made)
    return made


@pytest.fixture
def register(volume: Volume) -> Register:
    """Makes rows for a virtual camera: device, camera, plan."""

    def make(
        lens: VirtualCamera | Mount, volume: Volume = volume, *, priority: int = 5, **plan: object
    ) -> Camera:
        device = DeviceFactory(username=lens.username)
        device.password = lens.password
        device.save()
        camera: Camera = CameraFactory(device=device, stream_url=lens.rtsp_url, priority=priority)
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


@pytest.fixture
def start_node(volume: Volume) -> Iterator[StartNode]:
    """Starts recorders as processes; all are stopped at the end."""
    with ExitStack() as stack:

        def run(name: str = "node-1", **environment: str) -> Node:
            node = Node(name, **environment)
            stack.callback(node.stop)
            return node

        yield run
