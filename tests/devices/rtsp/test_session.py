"""A session against cameras that behave, each in its own way."""

from __future__ import annotations

import hashlib
import re
import threading
import time

import pytest

from devices.rtsp import AccessUnit, Endpoint, ErrorKind, RtspError, Session, message
from devices.rtsp.session import parse_transport
from tests.devices.rtsp import samples
from tests.devices.rtsp.peer import Act, Asked, Camera, Line, running
from tests.devices.rtsp.samples import Sender

CANARY = "kenari-7Q!rahasia"


def take(session: Session, count: int) -> list[AccessUnit]:
    units = session.units()
    return [next(units) for _ in range(count)]


def playing(units: int = 5, pause: float = 0.0) -> Act:
    def act(line: Line, asked: Asked) -> None:
        line.answer(asked)
        line.play(*Sender().group(units), pause=pause)

    return act


def test_stream_is_opened_played_and_torn_down() -> None:
    with running(Camera(acts={"PLAY": playing()})) as camera:
        with Session(camera.endpoint) as session:
            assert session.track.codec == "h264"
            units = take(session, 5)
        assert [unit.keyframe for unit in units] == [True, False, False, False, False]
        assert abs(units[0].arrived_at - time.time()) < 5
    assert camera.methods == ["OPTIONS", "DESCRIBE", "SETUP", "PLAY", "TEARDOWN"]
    url = camera.endpoint.url
    assert [each.url for each in camera.heard] == [url, url, f"{url}/track1", url, url]
    assert camera.heard[-1].headers["session"] == "4711"


def test_packets_ahead_of_the_answer_to_play_are_kept() -> None:
    def early(line: Line, asked: Asked) -> None:
        first, second = Sender().group(2)
        line.play(first)
        line.answer(asked)
        line.play(second)

    with running(Camera(acts={"PLAY": early})) as camera, Session(camera.endpoint) as session:
        assert [unit.keyframe for unit in take(session, 2)] == [True, False]


def test_stale_packets_before_the_first_answer_are_passed_over() -> None:
    def haunted(line: Line, asked: Asked) -> None:
        line.send(samples.interleave(b"\x80" * 500, channel=4))
        camera.obey(line, asked)

    camera = Camera(acts={"OPTIONS": haunted, "PLAY": playing()})
    with running(camera), Session(camera.endpoint) as session:
        assert len(take(session, 5)) == 5


def test_channels_are_used_as_answered() -> None:
    def other_channels(line: Line, asked: Asked) -> None:
        line.answer(asked, 200, "Transport: RTP/AVP/TCP;interleaved=6-9", "Session:   x-1")

    def play(line: Line, asked: Asked) -> None:
        line.answer(asked)
        sender = Sender()
        first, second = sender.group(2)
        line.send(samples.interleave(sender.report(500.0), 9))
        line.send(b"".join(samples.interleave(packet, 6) for packet in first + second))

    camera = Camera(acts={"SETUP": other_channels, "PLAY": play})
    with running(camera), Session(camera.endpoint) as session:
        assert take(session, 1)[0].camera_time == pytest.approx(500.0 - 0.04, abs=0.001)
    assert camera.heard[-1].headers["session"] == "x-1"


def test_digest_login_with_a_nonce_that_goes_stale() -> None:
    nonces = iter(["satu", "dua"])
    state = {"nonce": next(nonces)}

    def guarded(line: Line, asked: Asked) -> None:
        sent = asked.headers.get("authorization", "")
        fields = dict(re.findall(r'(\w+)="([^"]*)"', sent))

        def md5(*parts: str) -> str:
            return hashlib.md5(":".join(parts).encode(), usedforsecurity=False).hexdigest()

        secret = md5("petugas", "kam", CANARY)
        right = md5(secret, state["nonce"], md5(asked.method, asked.url))
        if asked.method == "SETUP" and state["nonce"] == "satu":
            state["nonce"] = next(nonces)
        if fields.get("response") != right or fields.get("nonce") != state["nonce"]:
            stale = ", stale=true" if fields else ""
            challenge = f'WWW-Authenticate: Digest realm="kam", nonce="{state["nonce"]}"{stale}'
            line.answer(asked, 401, challenge, phrase="Unauthorized")
        elif asked.method == "PLAY":
            playing()(line, asked)
        else:
            camera.obey(line, asked)

    methods = ("OPTIONS", "DESCRIBE", "SETUP", "PLAY", "TEARDOWN")
    camera = Camera(acts=dict.fromkeys(methods, guarded))
    with running(camera), Session(camera.endpoint) as session:
        assert len(take(session, 5)) == 5
    assert camera.methods.count("OPTIONS") == 2
    assert camera.methods.count("SETUP") == 2
    assert camera.methods.count("TEARDOWN") == 1


@pytest.mark.parametrize("status", [404, 405, 459])
def test_camera_that_plays_a_track_only_is_asked_for_the_track(status: int) -> None:
    def by_track(line: Line, asked: Asked) -> None:
        if asked.url.endswith("/track1"):
            playing()(line, asked)
        else:
            line.answer(asked, status, phrase="Aggregate operation not allowed")

    with running(Camera(acts={"PLAY": by_track})) as camera, Session(camera.endpoint) as session:
        assert len(take(session, 5)) == 5
    track = camera.endpoint.url + "/track1"
    assert [each.url for each in camera.heard[3:]] == [camera.endpoint.url, track, track]
    assert camera.methods[3:] == ["PLAY", "PLAY", "TEARDOWN"]


def test_camera_that_knows_no_ranges_is_asked_without() -> None:
    def live_only(line: Line, asked: Asked) -> None:
        if "range" in asked.headers:
            line.answer(asked, 457, phrase="Invalid Range")
        else:
            playing()(line, asked)

    with running(Camera(acts={"PLAY": live_only})) as camera, Session(camera.endpoint) as session:
        assert len(take(session, 5)) == 5


def test_report_ahead_of_the_answer_to_play_is_kept() -> None:
    def early(line: Line, asked: Asked) -> None:
        sender = Sender()
        line.send(samples.interleave(sender.report(500.0), 1))
        line.answer(asked)
        line.play(*sender.group(1))

    with running(Camera(acts={"PLAY": early})) as camera, Session(camera.endpoint) as session:
        assert take(session, 1)[0].camera_time == pytest.approx(500.04)


def test_camera_is_reached_by_ipv6() -> None:
    with running(Camera(acts={"PLAY": playing()}), host="::1") as camera:
        endpoint = Endpoint.parse(f"rtsp://petugas:x@[::1]:{camera.port}/live")
        with Session(endpoint) as session:
            assert len(take(session, 5)) == 5
    assert camera.heard[0].url == f"rtsp://[::1]:{camera.port}/live"


@pytest.mark.parametrize(
    ("public", "method"), [("GET_PARAMETER, PLAY", "GET_PARAMETER"), ("PLAY", "OPTIONS")]
)
def test_session_is_kept_alive_by_what_the_camera_knows(public: str, method: str) -> None:
    def options(line: Line, asked: Asked) -> None:
        line.answer(asked, 200, f"Public: {public}")

    def stream(line: Line) -> None:
        sender = Sender()
        line.play(*sender.group(30), pause=0.04)
        for _ in range(20):
            asked = line.read()
            if asked is None or asked.method == "TEARDOWN":
                return
            line.answer(asked, 501, phrase="Not Implemented")
            line.play(*sender.group(5))

    camera = Camera(acts={"OPTIONS": options}, stream=stream, session="4711;timeout=2")
    with running(camera), Session(camera.endpoint) as session:
        assert len(take(session, 40)) == 40
    kept = camera.methods[camera.methods.index("PLAY") + 1 :]
    assert kept[:2] == [method, "OPTIONS"]


def test_close_from_another_thread_ends_the_units_and_says_teardown() -> None:
    with running(Camera(stream=lambda line: line.play(*Sender().group(3)))) as camera:
        with Session(camera.endpoint) as session:
            timer = threading.Timer(0.3, session.close)
            timer.start()
            started = time.monotonic()
            assert len(list(session.units())) == 3
            assert time.monotonic() - started < 1.0
            session.close()
        timer.join()
    session.close()
    assert camera.methods[-1] == "TEARDOWN"


def test_close_ends_an_opening_under_way() -> None:
    with running(Camera(acts={"DESCRIBE": lambda line, _: line.wait()})) as camera:
        session = Session(camera.endpoint)
        threading.Timer(0.2, session.close).start()
        started = time.monotonic()
        with pytest.raises(RtspError) as caught:
            session.__enter__()
        assert time.monotonic() - started < 1.0
    assert caught.value.kind is ErrorKind.CLOSED


@pytest.mark.parametrize(
    ("header", "channels", "source"),
    [
        ("RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=30A98EE7", (0, 1), 0x30A98EE7),
        ('RTP/AVP/TCP;unicast;interleaved=2-3;ssrc=4cacc3d1;mode="play"', (2, 3), 0x4CACC3D1),
        ("RTP/AVP/TCP;unicast;interleaved=0-1;ssrc= d6d6627", (0, 1), 0xD6D6627),
        ("RTP/AVP/TCP;destination=10.0.0.1;source=10.0.0.2;interleaved=4", (4, 5), None),
        ("", (0, 1), None),
    ],
)
def test_transport_is_read(header: str, channels: tuple[int, int], source: int | None) -> None:
    assert parse_transport(header) == (channels, source)


@pytest.mark.parametrize(
    "header",
    ["RTP/AVP;unicast;client_port=5000-5001", "RTP/AVP/TCP;interleaved=256-257", "interleaved=1-1"],
)
def test_transport_we_cannot_use_is_refused(header: str) -> None:
    with pytest.raises(RtspError) as caught:
        parse_transport(header)
    assert caught.value.kind is ErrorKind.PROTOCOL


REAL_SETUPS = {
    "bunny_setup": ("1642021126", None),
    "dahua_setup": ("634214675641", 0x30A98EE7),
    "hikvision_setup": ("708345999", 0x4CACC3D1),
    "hikvision_setup_ssrc_space": ("708886412", 0xD6D6627),
    "reolink_setup": ("F8F8E425", None),
}


@pytest.mark.skipif(not samples.REAL.is_dir(), reason="the answers of real cameras are not here")
@pytest.mark.parametrize("name", REAL_SETUPS)
def test_setup_of_a_real_camera_is_understood(name: str) -> None:
    """Its own bytes on a socket; only CSeq is ours."""
    answer = (samples.REAL / f"{name}.txt").read_bytes()

    def real(line: Line, asked: Asked) -> None:
        line.send(re.sub(rb"CSeq: \d+", f"CSeq: {asked.headers['cseq']}".encode(), answer))

    number, source = REAL_SETUPS[name]
    sender = Sender(source=source or 5)

    def stream(line: Line) -> None:
        line.play(*sender.group(2))

    with running(Camera(acts={"SETUP": real}, stream=stream)) as camera:
        with Session(camera.endpoint) as session:
            assert len(take(session, 2)) == 2
        assert camera.heard[-1].headers["session"] == number


@pytest.mark.skipif(not samples.REAL.is_dir(), reason="the answers of real cameras are not here")
def test_every_real_answer_is_read_to_its_last_byte() -> None:
    files = [path for path in samples.REAL.glob("*.txt") if not path.stem.endswith("_sdp")]
    assert files
    for path in files:
        data = path.read_bytes()
        parsed = message.parse(data)
        assert parsed is not None
        assert (parsed[0].status, parsed[1]) == (200, len(data))
