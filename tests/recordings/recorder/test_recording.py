"""From a camera's socket to READY rows, with nothing in between replaced."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from recordings.media import reader
from recordings.models import Gap, RecordingPlan, Segment
from tests.recordings.recorder.watching import eventually, path_of, ready, stamps

if TYPE_CHECKING:
    from devices.simulator import VirtualCamera
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
