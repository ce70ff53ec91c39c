"""What leaves the server in the checking room, byte for byte (design.md 7)."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import av
import pytest

from cctvportal.accounts.access import NotAllowed
from cctvportal.accounts.models import User
from cctvportal.audit.models import Entry
from cctvportal.common.errors import Refused
from devices.models import Camera
from recordings.enums import Purpose
from recordings.media.keystore import SegmentRef
from recordings.models import Segment, Volume
from recordings.services import playback, volumes
from recordings.services.permits import Permit
from recordings.services.playback import Viewing
from tests.factories.accounts import applicant
from tests.factories.devices import CameraFactory
from tests.factories.recordings import VolumeFactory, filmed_segment
from tests.recordings.media.films import T0, at, film

Place = tuple[Camera, Volume, User]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data_dir")]


@pytest.fixture
def by() -> User:
    return applicant()


@pytest.fixture
def camera() -> Camera:
    found: Camera = CameraFactory()
    return found


@pytest.fixture
def volume(data_dir: Path) -> Volume:
    found: Volume = VolumeFactory(path=str(data_dir / "footage"))
    return found


@pytest.fixture
def place(camera: Camera, volume: Volume, by: User) -> Place:
    return camera, volume, by


def viewing(camera: Camera, start: float, end: float, name: str = "a") -> Viewing:
    permit = Permit(
        reference="11111111-1111-1111-1111-111111111111",
        number="001/CCTV/XI/2026",
        purpose=Purpose.ASSESSMENT,
        camera_ids=(camera.pk,),
        start=at(start),
        end=at(end),
        valid_until=at(3600),
    )
    return Viewing(permit, name)


def filmed(camera: Camera, volume: Volume, starts: float, **given: Any) -> Segment:
    return filmed_segment(camera, volume, at(starts), film(), **given)


def times(watch: Viewing, row: Segment, by: User) -> list[datetime]:
    """When the frames that a player gets were taken."""
    stream = playback.opening(watch, segment=row.pk, by=by)
    stream += playback.frames(watch, segment=row.pk, by=by)
    with av.open(io.BytesIO(stream), "r", format="mp4") as container:
        shown = [frame.time or 0.0 for frame in container.decode(video=0)]
    return [watch.permit.start + timedelta(seconds=second) for second in shown]


def told() -> list[Entry]:
    return list(Entry.objects.filter(action__startswith="footage.").order_by("serial"))


def test_reel_covers_the_range_with_gaps_where_nothing_can_be_seen(
    camera: Camera, volume: Volume, by: User
) -> None:
    first, second = filmed(camera, volume, 0), filmed(camera, volume, 20)
    filmed(camera, volume, 8, state="OVERLAP")
    found = playback.reel(viewing(camera, 1.5, 22.0), camera_id=camera.pk, by=by)
    assert [(s.kind, s.start, s.end, s.segment) for s in found.spans] == [
        ("media", at(2), at(4), first.pk),
        ("gap", at(4), at(20), None),
        ("media", at(20), at(22), second.pk),
    ]
    assert (found.start, set(found.codecs), found.is_empty) == (at(2), {"h264"}, False)
    assert len({span.parameters for span in found.spans if span.segment}) == 1


def test_reel_shows_a_gap_for_a_file_that_is_not_there(
    camera: Camera, volume: Volume, by: User
) -> None:
    row = filmed(camera, volume, 0)
    (Path(volume.path) / row.relative_path).unlink()
    assert playback.reel(viewing(camera, 0, 4), camera_id=camera.pk, by=by).is_empty


@pytest.mark.parametrize(("asked", "served"), [((0, 4), (0, 3.9)), ((0.5, 2.25), (1, 2.2))])
def test_every_frame_served_lies_in_the_range(
    place: Place, asked: tuple[float, float], served: tuple[float, float]
) -> None:
    camera, volume, by = place
    row = filmed(camera, volume, 0)
    watch = viewing(camera, *asked)
    first, last = served
    shown = times(watch, row, by)
    assert (shown[0], shown[-1]) == (at(first), at(last))
    entry = told()[0]
    assert entry.actor_id == by.pk
    assert entry.facts["camera"] == camera.pk
    assert (entry.facts["from"], entry.facts["until"]) == (
        at(first).isoformat(),
        at(last).isoformat(),
    )


def test_a_range_seen_is_booked_once_a_viewing(camera: Camera, volume: Volume, by: User) -> None:
    row = filmed(camera, volume, 0)
    watch, again = viewing(camera, 0, 4), viewing(camera, 0, 4, name="b")
    playback.opening(watch, segment=row.pk, by=by)
    assert told() == []
    for _ in range(2):
        playback.frames(watch, segment=row.pk, by=by)
        playback.still(watch, camera_id=camera.pk, at=at(1), by=by)
    playback.still(watch, camera_id=camera.pk, at=at(2), by=by)
    playback.frames(again, segment=row.pk, by=by)
    assert [entry.facts["way"] for entry in told()] == ["video", "still", "still", "video"]


def test_nothing_outside_the_permit_is_served(camera: Camera, volume: Volume, by: User) -> None:
    other: Camera = CameraFactory()
    before, foreign = filmed(camera, volume, 0), filmed(other, volume, 10)
    doomed = filmed(camera, volume, 10)
    Segment.objects.filter(pk=doomed.pk).update(state="DOOMED", doomed_at=T0)
    watch = viewing(camera, 4, 20)
    for row in (before, foreign, doomed):
        for ask in (playback.opening, playback.frames):
            with pytest.raises(NotAllowed):
                ask(watch, segment=row.pk, by=by)
    with pytest.raises(NotAllowed):
        playback.reel(watch, camera_id=other.pk, by=by)
    for camera_id, moment in ((other.pk, 11), (camera.pk, 3), (camera.pk, 11), (camera.pk, 20)):
        with pytest.raises(NotAllowed):
            playback.still(watch, camera_id=camera_id, at=at(moment), by=by)
    assert told() == []


def test_still_never_goes_back_before_the_range(camera: Camera, volume: Volume, by: User) -> None:
    filmed(camera, volume, 0)
    watch = viewing(camera, 0.5, 3.0)
    found = [
        playback.still(watch, camera_id=camera.pk, at=at(moment), by=by)
        for moment in (0.5, 1.9, 2.0)
    ]
    assert [still.taken_at for still in found] == [at(1), at(1), at(2)]
    assert {still.jpeg[:3] for still in found} == {b"\xff\xd8\xff"}
    with pytest.raises(NotAllowed):
        playback.still(viewing(camera, 0.2, 0.9), camera_id=camera.pk, at=at(0.5), by=by)


def test_changed_file_is_booked_and_not_shown(camera: Camera, volume: Volume, by: User) -> None:
    row = filmed(camera, volume, 0)
    path = Path(volume.path) / row.relative_path
    body = bytearray(path.read_bytes())
    body[-200] ^= 1
    path.write_bytes(body)
    with pytest.raises(Refused, match="tidak sama"):
        playback.frames(viewing(camera, 0, 4), segment=row.pk, by=by)
    assert [entry.action for entry in told()] == ["footage.damaged"]


def test_file_changed_after_it_was_compared_is_compared_again(
    camera: Camera, volume: Volume, by: User
) -> None:
    row = filmed(camera, volume, 0)
    watch = viewing(camera, 0, 4)
    playback.frames(watch, segment=row.pk, by=by)
    path = Path(volume.path) / row.relative_path
    body = bytearray(path.read_bytes())
    body[-200] ^= 1
    path.write_bytes(body)
    with pytest.raises(Refused, match="tidak sama"):
        playback.frames(watch, segment=row.pk, by=by)


def test_destroyed_key_looks_like_nothing_was_there(
    camera: Camera, volume: Volume, by: User
) -> None:
    row = filmed(camera, volume, 0)
    volumes.keystore().destroy([SegmentRef(camera.uuid, row.key_day, row.pk)])
    with pytest.raises(NotAllowed):
        playback.frames(viewing(camera, 0, 4), segment=row.pk, by=by)
    assert told() == []


def test_disk_that_is_not_there_is_said(camera: Camera, volume: Volume, by: User) -> None:
    row = filmed(camera, volume, 0)
    (Path(volume.path) / volumes.MARKER).unlink()
    watch = viewing(camera, 0, 4)
    with pytest.raises(Refused, match="tidak terpasang"):
        playback.reel(watch, camera_id=camera.pk, by=by)
    with pytest.raises(Refused, match="tidak terpasang"):
        playback.frames(watch, segment=row.pk, by=by)
