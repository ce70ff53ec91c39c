"""A request whose room is open, over footage that tells its own time in every picture."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

import av
import numpy as np
from django.conf import settings
from django.urls import reverse

from cctvportal.common.clock import now
from devices.models import Camera
from devices.rtsp import AccessUnit, Track
from devices.simulator import strip
from recordings.models import Segment
from requests_app.models import AccessRequest
from requests_app.services.decide import Scope, approve
from requests_app.services.issue import issue
from tests.factories import requests_app as make
from tests.factories.accounts import applicant, approver, officer
from tests.factories.devices import CameraFactory
from tests.factories.recordings import VolumeFactory, filmed_segment
from tests.recordings.media.films import (
    FPS,
    SETS,
    START_CODE,
    TICKS,
    Codec,
    Film,
    encoder,
    kind,
    nals,
)

SIZE = (320, 180)


@dataclass(frozen=True, slots=True)
class Room:
    """An issued request, its passphrase and the first camera's segments."""

    request: AccessRequest
    passphrase: str
    camera: Camera
    segments: tuple[Segment, ...]

    def url(self, name: str, *args: object) -> str:
        return reverse(f"room:{name}", args=[self.request.pk, *args])


@lru_cache
def stamped(start: datetime, seconds: int, codec: Codec = "h264") -> Film:
    """A film whose every picture carries when it was taken; a keyframe each second."""
    context = encoder(codec, SIZE, FPS, 0)
    packets = []
    for number in range(seconds * FPS):
        planes = np.full((SIZE[1] * 3 // 2, SIZE[0]), 128, np.uint8)
        planes[: SIZE[1]] = 60 + number % 8 * 12
        taken = start + timedelta(seconds=number / FPS)
        strip.encode(planes[: SIZE[1]], round(taken.timestamp() * 1000), number)
        picture = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        picture.pts = number
        packets += context.encode(picture)
    packets += context.encode(None)
    sets = tuple(n for n in nals(bytes(packets[0])) if kind(codec, n) in SETS[codec])
    units = [
        AccessUnit(
            data=b"".join(START_CODE + part for part in nals(bytes(packet))),
            pts=(packet.pts or 0) * TICKS // FPS,
            dts=(packet.dts or 0) * TICKS // FPS,
            keyframe=packet.is_keyframe,
            arrived_at=0.0,
            parameter_sets=sets,
            camera_time=None,
        )
        for packet in packets
    ]
    return Film(Track(codec, sets, width=SIZE[0], height=SIZE[1]), tuple(units))


def build(
    name: str = "Ruang Asesmen 1, depan",
    *,
    length: int = 60,
    holes: tuple[int, ...] = (),
    codec: Codec = "h264",
) -> Room:
    """Segments of ten seconds from five seconds before the range on, without those in `holes`.

    Two cameras and a minute more were asked for than were approved.
    """
    start = (now() - timedelta(hours=3)).replace(microsecond=0)
    camera, other = CameraFactory(name=name), CameraFactory()
    volume = VolumeFactory(path=str(Path(settings.PORTAL_DATA_DIR) / "footage" / name))
    begin = start - timedelta(seconds=5)
    segments = tuple(
        filmed_segment(camera, volume, at, stamped(at, 10, codec))
        for at in (begin + timedelta(seconds=10 * n) for n in range(length // 10 + 1))
        if round((at - begin).total_seconds()) // 10 not in holes
    )
    row = make.validated(
        make.submitted(
            applicant(name="Pemohon Contoh"),
            starts_at=start,
            ends_at=start + timedelta(seconds=length + 60),
            camera_ids=[camera.pk, other.pk],
        )
    )
    scope = Scope(camera_ids=[camera.pk], start=start, end=start + timedelta(seconds=length))
    given = issue(approve(row, scope=scope, by=approver()), by=officer())
    return Room(given.issuance.request, given.passphrase, camera, segments)
