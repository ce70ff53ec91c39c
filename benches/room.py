"""`playlist-hour-<size>`, `first-segment-<size>`, `seek-<size>`: an approved hour.

In the checking room, through the portal's own views, with session, gates and booking. The first
segment is what a player waits for: the map and the first fragments, in a viewing that has checked
no hash yet. The peer of both reads one segment with its key and writes it anew: ffmpeg, which
checks and books nothing.
"""

from __future__ import annotations

import json
import random
import shutil
import statistics
import subprocess
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Final

from django.test import Client
from django.urls import reverse

from benches import films, rows
from benches.report import FOLDER, Result, load
from cctvportal.common.clock import now
from devices.models import Camera
from devices.simulator import make_loop
from recordings.media.join import Source
from recordings.models import Segment, Volume
from recordings.services import volumes
from requests_app.models import AccessRequest
from requests_app.services.decide import Scope, approve
from requests_app.services.issue import issue
from tests.browser import BACKEND
from tests.factories import requests_app as make
from tests.factories.accounts import UserFactory, applicant, approver, officer
from tests.factories.devices import CameraFactory, DeviceFactory, RoomFactory
from tests.factories.recordings import VolumeFactory

PLAYLIST_MS: Final = 100.0
SEGMENT_MS: Final = 300.0
_VIEWINGS: Final = 7
_SEGMENTS: Final = 62
_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Room:
    """An issued request over an hour of real footage."""

    request: AccessRequest
    passphrase: str
    camera: Camera
    sources: tuple[Source, ...]

    def url(self, name: str, *args: object) -> str:
        return reverse(f"room:{name}", args=[self.request.pk, *args])

    def enter(self) -> Client:
        """A viewing of its own: nothing of an earlier one is remembered."""
        visitor = Client(SERVER_NAME="localhost")
        visitor.force_login(self.request.applicant, backend=BACKEND)
        visitor.post(self.url("open"), {"passphrase": self.passphrase})
        return visitor


def main(size: str, times: str) -> int:
    """Writes this size's playlist time to the file `times`; with that of 1e5 in it, compares."""
    rows.fill(int(float(size)))
    path = Path(times)
    before = json.loads(path.read_text()) if path.exists() else {}
    room = _room()
    try:
        playlist, first, seek = _watch(room)
        bare = statistics.median(_bare(source) for source in room.sources[1 : _VIEWINGS + 1])
    finally:
        for source in room.sources:
            source.path.unlink()
    path.write_text(json.dumps({**before, size: playlist}))
    facts = {"rows": Segment.objects.count(), "viewings": _VIEWINGS, "load": load()}
    same = f"the same at {'1e5' if before else size} rows"
    peer = "ffmpeg -decryption_key -c copy, the same segment"
    size_mb = round(room.sources[0].bytes / 1e6, 1)
    return max(
        Result(
            f"playlist-hour-{size}",
            "ms",
            playlist,
            before.get("1e5", playlist),
            same,
            None,
            PLAYLIST_MS,
            detail=facts,
        ).write(),
        Result(
            f"first-segment-{size}",
            "ms",
            first,
            bare,
            peer,
            None,
            SEGMENT_MS,
            detail={**facts, "segment_mb": size_mb},
        ).write(),
        Result(f"seek-{size}", "ms", seek, bare, peer, None, SEGMENT_MS, detail=facts).write(),
    )


def _watch(room: Room) -> tuple[float, float, float]:
    """Median milliseconds: the playlist, the first segment with its map, one anywhere later."""
    playlists, firsts, seeks = [], [], []
    for _ in range(_VIEWINGS):
        visitor = room.enter()
        playlists.append(_get(visitor, room.url("playlist", room.camera.pk)))
        opening = room.sources[1].segment
        firsts.append(
            _get(visitor, room.url("opening", opening))
            + _get(visitor, room.url("segment", opening))
        )
        later = random.choice(room.sources[2:-2])  # noqa: S311 - a bench keeps no secret
        seeks.append(_get(visitor, room.url("segment", later.segment)))
    return statistics.median(playlists), statistics.median(firsts), statistics.median(seeks)


def _get(visitor: Client, url: str) -> float:
    begin = time.perf_counter()
    answer = visitor.get(url)
    spent = 1000 * (time.perf_counter() - begin)
    if answer.status_code != 200 or not answer.content:
        raise SystemExit(f"{url}: {answer.status_code}")
    return spent


def _bare(source: Source) -> float:
    program = shutil.which("ffmpeg")
    if program is None:
        raise SystemExit("Bench ini memerlukan ffmpeg: apt install ffmpeg")
    command = f"{program} -loglevel error -decryption_key {source.key.hex()} -i pipe:0 -c copy"
    fragments = "-movflags frag_keyframe+empty_moov -f mp4 pipe:1"
    begin = time.perf_counter()
    with source.path.open("rb") as film:
        # Debian's ffmpeg decrypts a file that it may seek in wrongly; it is told to read a pipe.
        cat = subprocess.Popen(["cat"], stdin=film, stdout=subprocess.PIPE)
        subprocess.run(
            [*command.split(), *fragments.split()],
            stdin=cat.stdout,
            stdout=subprocess.DEVNULL,
            check=True,
        )
        cat.wait()
    return 1000 * (time.perf_counter() - begin)


def _room() -> Room:
    """An hour in the middle of a camera's month, in place of the rows that stood there."""
    for factory in (UserFactory, RoomFactory, DeviceFactory, CameraFactory, VolumeFactory):
        # An earlier run on this database has used the first numbers.
        factory.reset_sequence(factory._meta.model.objects.count(), force=True)  # noqa: SLF001
    camera = Camera.objects.filter(plan__isnull=False).order_by("?")[0]
    start = (now() - timedelta(days=random.uniform(10, 20))).replace(microsecond=0)  # noqa: S311
    sources = _film(camera, start - timedelta(seconds=30))
    row = make.validated(
        make.submitted(
            applicant(name="Pemohon Contoh"),
            starts_at=start,
            ends_at=start + _HOUR,
            camera_ids=[camera.pk],
        )
    )
    scope = Scope(camera_ids=[camera.pk], start=start, end=start + _HOUR)
    given = issue(approve(row, scope=scope, by=approver()), by=officer())
    return Room(given.issuance.request, given.passphrase, camera, sources)


def _film(camera: Camera, start: datetime) -> tuple[Source, ...]:
    volume = Volume.objects.get(label="Penuh")
    blank = Segment(camera=camera, volume=volume, key_day=start.date())
    folder = (Path(volume.path) / blank.relative_path).parent
    folder.mkdir(parents=True, exist_ok=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    clip = films.units(make_loop(FOLDER))
    sources = tuple(islice(films.minutes(folder, clip, start), _SEGMENTS))
    volumes.keystore().put(camera.uuid, start.date(), {one.segment: one.key for one in sources})
    with rows.superuser() as cursor:
        cursor.execute(
            "DELETE FROM recordings_segment"
            " WHERE camera_id = %s AND started_at < %s AND ended_at > %s",
            [camera.pk, sources[-1].ended_at, start],
        )
    Segment.objects.bulk_create(_row(camera, volume, start, source) for source in sources)
    return sources


def _row(camera: Camera, volume: Volume, start: datetime, source: Source) -> Segment:
    return Segment(
        pk=source.segment,
        camera=camera,
        volume=volume,
        state="READY",
        fence=1,
        key_day=start.date(),
        prepared_at=start,
        started_at=source.started_at,
        ended_at=source.ended_at,
        # Later than all others: a purge's bench takes what ends first, and a request holds these.
        expires_at=now() + timedelta(days=90),
        bytes=source.bytes,
        frames=source.frames,
        sha256=source.sha256,
        codec="h264",
        width=1920,
        height=1080,
    )
