"""Looking at what a recorder did."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from django.db import connection
from psycopg2 import sql

from devices.simulator import strip
from recordings.media import reader
from recordings.models import Segment
from recordings.services import volumes
from tests import databases

if TYPE_CHECKING:
    from devices.models import Camera
    from tests.conftest import RaceDatabase

T = TypeVar("T")


@contextmanager
def away(database: RaceDatabase) -> Iterator[None]:
    """The database takes no connections, and those that there are end."""
    name = sql.Identifier(database.name)
    found = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}"
    end = sql.SQL(found).format(sql.Literal(database.name))
    databases.run(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name), end)
    connection.close()
    try:
        yield
    finally:
        databases.run(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(name))


def eventually(look: Callable[[], T | None], seconds: float = 20.0) -> T:
    """The first truthy answer of `look`."""
    until = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > until:
            raise AssertionError("it did not happen in time")
        time.sleep(0.1)
    return found


def ready(camera: Camera, count: int = 1) -> list[Segment] | None:
    """Its READY segments in order of time, once there are `count`."""
    rows = list(
        Segment.objects.filter(camera=camera, state="READY")
        .select_related("camera", "volume")
        .order_by("started_at")
    )
    return rows if len(rows) >= count else None


def path_of(segment: Segment) -> Path:
    return Path(segment.volume.path) / segment.relative_path


def stamps(segment: Segment) -> list[tuple[strip.Stamp, float]]:
    """What each picture says of itself, and the time that the row gives it (unix seconds)."""
    key = volumes.keystore().get(segment.camera.uuid, segment.key_day, segment.pk)
    assert segment.started_at is not None
    start = segment.started_at.timestamp()
    found = []
    for frame in reader.frames(path_of(segment), key, expected=segment.frames):
        assert frame.pts is not None
        assert frame.time_base is not None
        gray = frame.reformat(format="gray").to_ndarray()
        picture = strip.decode(np.ascontiguousarray(gray))
        found.append((picture, start + float(frame.pts * frame.time_base)))
    return found
