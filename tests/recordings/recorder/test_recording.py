"""From a camera's socket to READY rows, with nothing in between replaced."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from devices.simulator import VirtualCamera, make_loop
from recordings.media import reader
from recordings.models import Gap, RecordingPlan, Segment
from recordings.services import volumes
from tests.recordings.recorder.watching import eventually, path_of, ready, stamps

if TYPE_CHECKING:
    from pytest_django import Settings

    from tests.recordings.recorder.conftest import Register, Start


def test_recorded_frames_are_whole_and_know_their_time(
    lens: VirtualCamera, register: Register, start: Start
) -> None:
    camera = register(lens)
    start()
    segments = eventually(lambda: ready(camera, 3))
    frames = [each for segment in segments for each in stamps(segment)]
    counters = [stamp.counter for stamp, _ in frames]
    assert counters == list(range(counters[0], counters[0] + len(counters)))
    assert max(abs(stamp.seconds - told) for stamp, told in frames) < 0.2
    for segment in segments:
        reader.verify(path_of(segment), segment.sha256)
    for before, after in pairwise(segments):
        assert before.ended_at is not None
        assert after.started_at is not None
        assert abs((after.started_at - before.ended_at).total_seconds()) < 0.1


def test_row_tells_what_the_plan_and_the_stream_say(
    lens: VirtualCamera, register: Register, start: Start
) -> None:
    camera = register(lens)
    start()
    (segment, *_) = eventually(lambda: ready(camera))
    plan = RecordingPlan.objects.get(camera=camera)
    assert segment.ended_at is not None
    assert segment.expires_at == segment.ended_at + plan.keep_for
    assert (segment.codec, segment.width, segment.height) == ("h264", 640, 360)
    assert segment.fence == plan.fence == 1
    assert path_of(segment).stat().st_size == segment.bytes
    assert path_of(segment).with_suffix(".json").exists()
    assert not Gap.objects.filter(camera=camera, ended_at=None).exists()
    eventually(lambda: RecordingPlan.objects.get(camera=camera).last_frame_at)


def test_stop_keeps_what_was_under_way_and_frees_the_camera(
    lens: VirtualCamera, register: Register, start: Start
) -> None:
    camera = register(lens)
    recorder = start()
    eventually(lambda: Segment.objects.filter(camera=camera, state="OPEN").exists())
    recorder.stop()
    assert ready(camera)
    assert not Segment.objects.filter(camera=camera, state="OPEN").exists()
    plan = RecordingPlan.objects.get(camera=camera)
    assert (plan.owner, plan.lease_until) == ("", None)


def test_h265_is_recorded_too(tmp_path: Path, register: Register, start: Start) -> None:
    loop = make_loop(tmp_path, codec="h265", size=(320, 180), seconds=4, gop_s=1)
    with VirtualCamera("Parkir", source=loop) as lens:
        camera = register(lens)
        start()
        (segment, *_) = eventually(lambda: ready(camera))
        key = volumes.keystore().get(segment.camera.uuid, segment.key_day, segment.pk)
        frames = list(reader.frames(path_of(segment), key, expected=segment.frames))
    assert (segment.codec, frames[0].width) == ("h265", 320)


def test_media_process_shows_no_password_and_has_no_credential(
    lens: VirtualCamera, register: Register, start: Start, settings: Settings
) -> None:
    camera = register(lens)
    recorder = start()
    eventually(lambda: ready(camera))
    (pid,) = recorder.supervisor.pids
    seen = b"".join(Path(f"/proc/{pid}/{name}").read_bytes() for name in ("cmdline", "environ"))
    secrets = (lens.password, settings.PORTAL_MASTER_KEY, settings.DATABASES["default"]["NAME"])
    assert not any(secret.encode() in seen for secret in secrets)
    opened = {link.readlink().suffix for link in Path(f"/proc/{pid}/fd").iterdir()}
    assert ".part" in opened
    assert not {".keys", ".key", ".mp4"} & opened
