"""A line that takes only half of the packets: what is missing is told, and nothing else is."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from recordings.models import Gap, Segment
from tests.recordings.recorder.watching import eventually, ready

if TYPE_CHECKING:
    from devices.models import Camera
    from devices.simulator import VirtualCamera
    from tests.recordings.recorder.conftest import Register, Start


@pytest.mark.slow
def test_pictures_lost_on_the_way_are_booked(
    lens: VirtualCamera, register: Register, start: Start
) -> None:
    camera = register(lens)
    start()
    eventually(lambda: ready(camera))
    lens.lose()
    time.sleep(3.5)
    lens.resume()
    gap = eventually(lambda: Gap.objects.filter(camera=camera, ended_at__isnull=False).first())
    assert gap.cause == "STALLED"
    assert "rusak di jalan" in gap.detail
    assert gap.ended_at is not None
    rows = eventually(lambda: ready_behind(camera, gap))
    covered = sum((length(row) for row in rows), timedelta())
    span = length(rows[0], rows[-1])
    missing = gap.ended_at - gap.started_at
    assert missing > timedelta(seconds=2)
    assert abs(span - covered - missing) < timedelta(seconds=0.1)


def length(first: Segment, last: Segment | None = None) -> timedelta:
    """From the beginning of one to the end of another, or of itself."""
    last = last or first
    assert first.started_at is not None
    assert last.ended_at is not None
    return last.ended_at - first.started_at


def ready_behind(camera: Camera, gap: Gap) -> list[Segment] | None:
    """All that is READY, once there is something behind the gap."""
    assert gap.ended_at is not None
    rows = ready(camera) or []
    ended = rows[-1].ended_at if rows else None
    return rows if ended is not None and ended > gap.ended_at else None
