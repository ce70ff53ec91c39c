"""Where a camera that another node cannot record is put, and what of a refusal is booked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cctvportal.accounts.access import SYSTEM
from devices.models import Camera
from recordings.models import Gap, RecordingPlan, Volume
from recordings.recorder.book import Book
from recordings.services import leases, volumes
from recordings.services.volumes import MARKER
from tests.factories.recordings import PlanFactory, VolumeFactory

if TYPE_CHECKING:
    from recordings.recorder.wanted import Wanted


@pytest.fixture
def plan(db: None, data_dir: Path) -> RecordingPlan:
    """Held by node-1 though its volume is that of a node that is no more."""
    made: RecordingPlan = PlanFactory(volume__node="gone")
    for label in ("A", "B"):
        volumes.prepare(VolumeFactory(node="node-1", label=label))
    assert leases.claim("node-1", steady=True, by=SYSTEM) == [made.pk]
    return made


def turn(book: Book) -> dict[int, Wanted]:
    wanted, _spares = book.turn(leases.held("node-1", by=SYSTEM))
    return wanted


def without_marker(volume: Volume) -> None:
    (Path(volume.path) / MARKER).unlink()


def test_camera_that_was_taken_over_goes_to_a_disk_that_can_be_used(plan: RecordingPlan) -> None:
    without_marker(Volume.objects.get(label="A"))
    assert turn(Book("node-1"))[plan.pk].volume.label == "B"


def test_it_stays_where_it_is_though_another_disk_has_more_room(plan: RecordingPlan) -> None:
    book = Book("node-1")
    first = turn(book)[plan.pk].volume
    Volume.objects.filter(pk=first.pk).update(reserve_bytes=1 << 60)
    again = turn(book)[plan.pk].volume
    assert again == first
    assert again.reserve_bytes == 1 << 60


@pytest.mark.parametrize(("enabled", "cause"), [(True, "NOT_VIDEO"), (False, "PLANNED")])
def test_camera_that_cannot_be_recorded_has_its_gap_and_may_be_switched_off(
    plan: RecordingPlan, cause: str, *, enabled: bool
) -> None:
    Camera.objects.filter(pk=plan.pk).update(stream_url="rtsp://192.0.2.1/lain")
    book = Book("node-1")
    assert turn(book) == turn(book) == {}
    Camera.objects.filter(pk=plan.pk).update(enabled=enabled)
    turn(book)
    assert Gap.objects.get(camera=plan.pk, ended_at=None).cause == cause
