from __future__ import annotations

import time
from contextlib import ExitStack
from itertools import islice, pairwise
from statistics import median
from typing import TYPE_CHECKING

import av
import pytest

from devices.rtsp import Session
from devices.simulator import VirtualCamera
from tests.devices.simulator.peer import Peer, Report
from tests.devices.simulator.watching import seen, watching

if TYPE_CHECKING:
    from pathlib import Path

FRAME_S = 0.08
PROMPT_S = 1.0  # fresh, even when the machine is busy with other tests


def first_picture(camera: VirtualCamera) -> float:
    """Seconds that the first picture's strip lies behind its arrival."""
    with watching(camera.rtsp_login_url) as stream:
        (picture,) = seen(stream, 1)
    return picture.arrived_at - picture.stamp.seconds


def test_camera_starts_within_a_second() -> None:
    begun = time.monotonic()
    with VirtualCamera("Parkir"):
        assert time.monotonic() - begun < 1.0


def test_camera_stops_within_a_second_while_watched() -> None:
    with ExitStack() as stack:
        camera = stack.enter_context(VirtualCamera("Parkir"))
        with Peer(camera.rtsp_url, "admin", camera.password) as peer:
            peer.play()
            begun = time.monotonic()
            stack.close()
            assert time.monotonic() - begun < 1.0


def test_pictures_tell_when_they_were_taken(camera: VirtualCamera) -> None:
    with watching(camera.rtsp_login_url) as stream:
        pictures = seen(stream, 30)
    lags = [picture.arrived_at - picture.stamp.seconds for picture in pictures]
    # libav's parser gives a picture away when the next one begins.
    assert min(lags) > 0
    assert median(lags) < 0.2 + FRAME_S
    assert max(lags) < PROMPT_S
    counters = [picture.stamp.counter for picture in pictures]
    assert counters == list(range(counters[0], counters[0] + 30))
    times = [picture.stamp.utc_ms for picture in pictures]
    assert {b - a for a, b in pairwise(times)} == {80}


def test_rtp_time_follows_the_strip(camera: VirtualCamera) -> None:
    with watching(camera.rtsp_login_url) as stream:
        pictures = seen(stream, 20)[1:]  # libav gives no time for the first
    first = pictures[0]
    for picture in pictures:
        assert picture.pts is not None
        assert first.pts is not None
        apart = (picture.pts - first.pts) / 90 - (picture.stamp.utc_ms - first.stamp.utc_ms)
        assert abs(apart) <= 1.0


def test_two_clients_see_the_same_pictures() -> None:
    with (
        VirtualCamera("Tangga", gop_s=0.4) as camera,
        watching(camera.rtsp_login_url) as one,
    ):
        early = seen(one, 5)
        with watching(camera.rtsp_login_url) as two:
            late = seen(two, 3)
        early += seen(one, 20)
    assert {picture.stamp for picture in late} <= {picture.stamp for picture in early}
    counters = [picture.stamp.counter for picture in early]
    assert counters == list(range(counters[0], counters[0] + 25))


@pytest.mark.parametrize("password", ["salah", ""])
def test_wrong_password_is_refused(camera: VirtualCamera, password: str) -> None:
    camera.password = password
    with pytest.raises(av.error.HTTPUnauthorizedError), watching(camera.rtsp_login_url):
        pass


def test_camera_without_account_is_open() -> None:
    with VirtualCamera("Lobi", username="") as camera:
        assert camera.rtsp_login_url == camera.rtsp_url
        assert first_picture(camera) < PROMPT_S


def test_endpoint_is_what_our_client_takes(camera: VirtualCamera) -> None:
    assert camera.endpoint.url == camera.rtsp_url
    with Session(camera.endpoint) as session:
        unit = next(session.units())
    assert (unit.keyframe, session.track.codec) == (True, "h264")
    assert unit.camera_time is not None
    assert abs(unit.arrived_at - unit.camera_time) < PROMPT_S


def test_h265_file_plays(h265_loop: Path) -> None:
    with (
        VirtualCamera("Gudang", source=h265_loop) as camera,
        watching(camera.rtsp_login_url) as stream,
    ):
        assert stream.streams.video[0].codec_context.name == "hevc"
        pictures = seen(stream, 60)
    counters = [picture.stamp.counter for picture in pictures]
    assert counters[0] in {0, 25}
    assert counters == [(counters[0] + k) % 50 for k in range(60)]


def test_keyframes_come_each_gop() -> None:
    with (
        VirtualCamera("Tangga", gop_s=0.4) as camera,
        watching(camera.rtsp_login_url) as stream,
    ):
        packets = list(islice(stream.demux(video=0), 20))
    assert [k for k, packet in enumerate(packets) if packet.is_keyframe] == [0, 5, 10, 15]
    assert all(packet.pts == packet.dts for packet in packets)


def test_stall_stops_pictures_but_not_answers(camera: VirtualCamera) -> None:
    with Peer(camera.rtsp_url, "admin", camera.password) as peer:
        peer.play()
        peer.packet()
        camera.stall()
        time.sleep(2 * FRAME_S)
        assert peer.ask("GET_PARAMETER").status == 200
        peer.socket.settimeout(0.4)
        with pytest.raises(TimeoutError):
            peer.packet()
    camera.resume()
    assert first_picture(camera) < PROMPT_S


def test_close_clients_breaks_connections(camera: VirtualCamera) -> None:
    with Peer(camera.rtsp_url, "admin", camera.password) as peer:
        peer.play()
        camera.close_clients()
        with pytest.raises((EOFError, ConnectionResetError)):
            peer.drain()
    assert first_picture(camera) < PROMPT_S


def test_silent_camera_accepts_and_never_answers(camera: VirtualCamera) -> None:
    camera.silent()
    with Peer(camera.rtsp_url) as peer:
        peer.socket.settimeout(0.4)
        with pytest.raises(TimeoutError):
            peer.ask("OPTIONS")
    camera.resume()
    assert first_picture(camera) < PROMPT_S


def test_refused_login_works_again_after_resume(camera: VirtualCamera) -> None:
    camera.refuse_auth()
    with Peer(camera.rtsp_url, "admin", camera.password) as peer:
        assert peer.log_in().status == 401
        camera.resume()
        assert peer.ask("DESCRIBE").status == 200


def test_jump_moves_the_cameras_clock_and_not_the_strip(camera: VirtualCamera) -> None:
    camera.jump(-3600)
    with Peer(camera.rtsp_url, "admin", camera.password) as peer:
        peer.play()
        channel, packet = peer.packet()
    assert channel == 1
    assert abs(Report.read(packet).unix - (time.time() - 3600)) < PROMPT_S
    assert first_picture(camera) < PROMPT_S


def test_jump_while_playing_shows_in_rtp_time(camera: VirtualCamera) -> None:
    with watching(camera.rtsp_login_url) as stream:
        before = seen(stream, 3)[-1]
        camera.jump(3600)
        after = seen(stream, 4)[-1]
    assert before.pts is not None
    assert after.pts is not None
    moved = (after.pts - before.pts) / 90_000 - (after.stamp.seconds - before.stamp.seconds)
    assert abs(moved - 3600) < 0.01
