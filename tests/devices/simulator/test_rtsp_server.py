from __future__ import annotations

import time

import pytest

from devices.simulator import VirtualCamera
from tests.devices.simulator.peer import TRANSPORT, Peer, Report


def peer_of(camera: VirtualCamera) -> Peer:
    return Peer(camera.rtsp_url, camera.username, camera.password)


def test_options_needs_no_login(camera: VirtualCamera) -> None:
    with Peer(camera.rtsp_url) as peer:
        answer = peer.ask("OPTIONS")
    assert (answer.status, answer.headers["cseq"]) == (200, "7")
    assert "GET_PARAMETER" in answer.headers["public"]


def test_description_tells_codec_and_parameter_sets(camera: VirtualCamera) -> None:
    with peer_of(camera) as peer:
        answer = peer.log_in()
    text = answer.body.decode()
    assert answer.headers["content-type"] == "application/sdp"
    assert answer.headers["content-base"] == camera.rtsp_url + "/"
    for line in ("s=Parkir Utara", "a=rtpmap:96 H264/90000", "a=framerate:12.5"):
        assert line in text.split("\r\n")
    assert "sprop-parameter-sets=Z" in text


@pytest.mark.parametrize("method", ["DESCRIBE", "SETUP", "PLAY", "TEARDOWN", "GET_PARAMETER"])
def test_request_without_login_is_refused(camera: VirtualCamera, method: str) -> None:
    with Peer(camera.rtsp_url) as peer:
        answer = peer.ask(method)
    assert answer.status == 401
    assert answer.headers["www-authenticate"].startswith("Digest ")


def test_made_up_nonce_is_refused(camera: VirtualCamera) -> None:
    with peer_of(camera) as peer:
        assert peer.log_in().status == 200
        peer._challenge["nonce"] = "6923a000.0123456789abcdef01234567"
        assert peer.ask("DESCRIBE").status == 401


def test_login_for_another_address_is_refused(camera: VirtualCamera) -> None:
    with peer_of(camera) as peer:
        peer.log_in()
        header = peer._authorization("DESCRIBE", camera.rtsp_url + "x")
        peer._challenge = {}
        assert peer.ask("DESCRIBE", Authorization=header).status == 401


def test_sha256_challenge_is_named() -> None:
    with VirtualCamera("Lobi", digest="SHA-256") as camera, Peer(camera.rtsp_url) as peer:
        assert "algorithm=SHA-256" in peer.ask("DESCRIBE").headers["www-authenticate"]


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("DESCRIBE", "/tidak-ada", {}, 404),
        ("SETUP", "/tidak-ada/track0", {"Transport": TRANSPORT}, 404),
        ("SETUP", "/live/track0", {"Transport": "RTP/AVP;unicast;client_port=5000-5001"}, 461),
        ("SETUP", "/live/track0", {}, 461),
        ("PLAY", "/live", {}, 454),
        ("PLAY", "/live", {"Session": "orang-lain"}, 454),
        ("TEARDOWN", "/live", {"Session": "orang-lain"}, 454),
        ("GET_PARAMETER", "/live", {"Session": "orang-lain"}, 454),
        ("GET_PARAMETER", "/live", {}, 200),
        ("PAUSE", "/live", {}, 501),
        ("MAKAN", "/live", {}, 501),
        ("DESCRIBE", "/live", {"Require": "onvif-replay"}, 551),
    ],
)
def test_status_of_answers(
    camera: VirtualCamera, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    with peer_of(camera) as peer:
        peer.log_in()
        url = camera.rtsp_url.removesuffix("/live") + path
        assert peer.ask(method, url, **headers).status == status


@pytest.mark.parametrize(
    ("request_text", "status"),
    [
        (b"APA INI\r\n\r\n", 400),
        (b"OPTIONS * RTSP/2.0\r\nCSeq: 1\r\n\r\n", 505),
        (b"OPTIONS * RTSP/1.0\r\nContent-Length: banyak\r\n\r\n", 400),
        (b"OPTIONS * RTSP/1.0\r\nContent-Length: 9999999\r\n\r\n", 413),
    ],
)
def test_broken_request_ends_the_connection(
    camera: VirtualCamera, request_text: bytes, status: int
) -> None:
    with Peer(camera.rtsp_url) as peer:
        assert peer.say(request_text).status == status
        assert peer.socket.recv(1) == b""


def test_endless_header_ends_the_connection(camera: VirtualCamera) -> None:
    with Peer(camera.rtsp_url) as peer:
        peer.socket.sendall(b"OPTIONS * RTSP/1.0\r\nX: " + b"x" * 40_000)
        assert peer.socket.recv(1) == b""


def test_report_comes_first_and_agrees_with_the_picture(camera: VirtualCamera) -> None:
    with peer_of(camera) as peer:
        peer.play()
        packets = [peer.packet() for _ in range(3)]
    assert [channel for channel, _ in packets] == [1, 0, 0]
    report, picture = Report.read(packets[0][1]), packets[1][1]
    assert int.from_bytes(picture[4:8], "big") == report.rtp
    assert -0.005 < time.time() - report.unix < 0.3
    assert packets[0][1][28:30] == b"\x81\xca"  # RFC 3550: a source description follows


@pytest.mark.slow
def test_report_comes_every_five_seconds(camera: VirtualCamera) -> None:
    reports: list[Report] = []
    with peer_of(camera) as peer:
        peer.play()
        while len(reports) < 3:
            channel, packet = peer.packet()
            if channel == 1:
                reports.append(Report.read(packet))
    first, second, third = reports
    assert third.unix - second.unix == pytest.approx(5, abs=0.1)
    for later in (second, third):
        ticks = (later.rtp - first.rtp) % (1 << 32)
        assert ticks / 90_000 == pytest.approx(later.unix - first.unix, abs=0.002)


def test_teardown_ends_pictures_and_session(camera: VirtualCamera) -> None:
    with peer_of(camera) as peer:
        peer.play()
        assert peer.ask("TEARDOWN").status == 200
        peer.socket.settimeout(0.3)
        with pytest.raises(TimeoutError):
            peer.packet()
    with peer_of(camera) as peer:
        peer.play()


@pytest.mark.parametrize("sign", [b"$\x01\x00\x04RTCP", b"OPTIONS * RTSP/1.0\r\n\r\n", b""])
def test_session_lives_by_signs_of_life(sign: bytes) -> None:
    with (
        VirtualCamera("Lobi", username="", session_timeout=0.6) as camera,
        Peer(camera.rtsp_url) as peer,
    ):
        peer.play()
        until, alive = time.monotonic() + 1.4, True
        while alive and time.monotonic() < until:
            peer.socket.sendall(sign)
            time.sleep(0.2)
            alive = bool(peer.socket.recv(100_000))
    assert alive is bool(sign)
