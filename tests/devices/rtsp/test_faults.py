"""A session against cameras and networks that misbehave: always an RtspError, always in time."""

from __future__ import annotations

import socket
import time
import traceback
from contextlib import suppress

import pytest

from devices.rtsp import AccessUnit, Endpoint, ErrorKind, RtspError, Session
from tests.devices.rtsp import samples
from tests.devices.rtsp.peer import Act, Asked, Camera, Line, running
from tests.devices.rtsp.samples import Sender

CANARY = "kenari-7Q!rahasia"
STEPS = ["OPTIONS", "DESCRIBE", "SETUP", "PLAY"]


def failure(camera: Camera, **timeouts: float) -> tuple[RtspError, list[AccessUnit]]:
    """Open and watch until it fails; no text on the way may show the password or the path."""
    units: list[AccessUnit] = []
    with running(camera):
        session = Session(camera.endpoint, **{"open_timeout": 1.0, "stall_timeout": 1.0} | timeouts)
        with pytest.raises(RtspError) as caught, session:
            units.extend(session.units())
    shown = "".join(traceback.format_exception(caught.value)) + repr(session) + repr(caught.value)
    assert CANARY not in shown
    assert "ch=1" not in shown
    return caught.value, units


def status(code: int, *headers: str) -> Act:
    return lambda line, asked: line.answer(asked, code, *headers, phrase="No")


def play(*chunks: bytes) -> Act:
    def act(line: Line, asked: Asked) -> None:
        line.answer(asked)
        for chunk in chunks:
            line.send(chunk)

    return act


def wire(*units: list[bytes]) -> bytes:
    return b"".join(samples.interleave(packet) for unit in units for packet in unit)


@pytest.mark.parametrize("step", STEPS)
def test_silence_at_any_step_ends_at_the_deadline(step: str) -> None:
    started = time.monotonic()
    error, _ = failure(Camera(acts={step: lambda line, _: line.wait()}), open_timeout=0.5)
    assert error.kind is ErrorKind.TIMEOUT
    assert not error.permanent
    assert time.monotonic() - started < 2.5


@pytest.mark.parametrize("step", STEPS)
def test_closed_connection_at_any_step(step: str) -> None:
    error, _ = failure(Camera(acts={step: lambda line, _: line.sock.shutdown(socket.SHUT_RDWR)}))
    assert error.kind is ErrorKind.CLOSED


@pytest.mark.parametrize("flood", [b"R", samples.interleave(b"x" * 60_000, 9), b"\r\n" * 5000])
def test_talking_without_an_answer_does_not_outlast_the_deadline(flood: bytes) -> None:
    def endless(line: Line, _: Asked) -> None:
        with suppress(OSError):
            while True:
                line.send(flood)
                time.sleep(0.01)

    started = time.monotonic()
    error, _ = failure(Camera(acts={"DESCRIBE": endless}), open_timeout=0.6)
    assert error.kind in {ErrorKind.TIMEOUT, ErrorKind.PROTOCOL, ErrorKind.LIMIT}
    assert time.monotonic() - started < 2.5


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"RTSP/1.0 200 OK\r\n" + b"X-Y: " + b"z" * 100_000, ErrorKind.LIMIT),
        (b"RTSP/1.0 200 OK\r\n" + b"X: z\r\n" * 10_000, ErrorKind.LIMIT),
        (b"RTSP/1.0 200 OK\r\nContent-Length: 9999999\r\n\r\n", ErrorKind.LIMIT),
        (b"HTTP/1.0 400 Bad Request\r\n\r\n", ErrorKind.PROTOCOL),
        (b"SSH-2.0-OpenSSH\r\n\r\n", ErrorKind.PROTOCOL),
    ],
)
def test_answer_without_measure_is_refused(answer: bytes, kind: ErrorKind) -> None:
    error, _ = failure(Camera(acts={"DESCRIBE": lambda line, _: line.send(answer)}))
    assert error.kind is kind


@pytest.mark.parametrize(
    ("code", "kind", "permanent"),
    [
        (302, ErrorKind.PROTOCOL, True),
        (403, ErrorKind.AUTH, True),
        (404, ErrorKind.NOT_FOUND, True),
        (454, ErrorKind.CLOSED, False),
        (461, ErrorKind.PROTOCOL, True),
        (503, ErrorKind.PROTOCOL, False),
    ],
)
def test_refusal_is_told_apart(code: int, kind: ErrorKind, *, permanent: bool) -> None:
    location = "Location: rtsp://127.0.0.1:9/other"
    error, _ = failure(Camera(acts={"SETUP": status(code, location)}))
    assert (error.kind, error.permanent) == (kind, permanent)


@pytest.mark.parametrize("scheme", ['Basic realm="k"', 'Digest realm="k", nonce="{}"'])
def test_wrong_password_is_sent_once_only(scheme: str) -> None:
    def refuse(line: Line, asked: Asked) -> None:
        line.answer(asked, 401, "WWW-Authenticate: " + scheme.format(len(line.heard)))

    camera = Camera(acts=dict.fromkeys(STEPS, refuse))
    error, _ = failure(camera)
    assert error.kind is ErrorKind.AUTH
    assert error.permanent
    assert sum("authorization" in asked.headers for asked in camera.heard) == 1


def test_wrong_password_is_sent_once_where_options_is_open_to_all() -> None:
    """An answer to a question that carried no password says nothing about it."""

    def refuse(line: Line, asked: Asked) -> None:
        line.answer(asked, 401, f'WWW-Authenticate: Digest realm="k", nonce="{len(line.heard)}"')

    camera = Camera(acts={"DESCRIBE": refuse})
    error, _ = failure(camera)
    assert error.kind is ErrorKind.AUTH
    assert sum("authorization" in asked.headers for asked in camera.heard) == 1


def test_description_without_video_is_no_stream() -> None:
    error, _ = failure(Camera(body=b"v=0\r\nm=audio 0 RTP/AVP 8\r\n"))
    assert error.kind is ErrorKind.NOT_VIDEO


def test_nobody_at_the_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    for endpoint in (Endpoint("127.0.0.1", port), Endpoint("kamera.invalid")):
        with pytest.raises(RtspError) as caught, Session(endpoint, open_timeout=5.0):
            pass
        assert caught.value.kind is ErrorKind.UNREACHABLE


def test_stalled_stream_ends_after_what_it_brought() -> None:
    camera = Camera(acts={"PLAY": play(wire(*Sender().group(4)))})
    started = time.monotonic()
    error, units = failure(camera, stall_timeout=0.5)
    assert (error.kind, len(units)) == (ErrorKind.STALLED, 4)
    assert 0.4 < time.monotonic() - started < 2.5
    assert camera.methods[-1] == "TEARDOWN"


def test_answers_and_other_channels_are_no_sign_of_life() -> None:
    def chatter(line: Line) -> None:
        with suppress(OSError):
            for _ in range(200):
                line.send(samples.interleave(b"\x80" * 100, 7) + b"RTSP/1.0 200 OK\r\n\r\n")
                time.sleep(0.02)

    error, _ = failure(Camera(stream=chatter), stall_timeout=0.5)
    assert error.kind is ErrorKind.STALLED


def test_video_without_a_keyframe_is_given_up() -> None:
    def blind(line: Line) -> None:
        sender = Sender()
        with suppress(OSError):
            for _ in range(200):
                line.play(sender.unit(samples.SLICE), pause=0.02)

    error, units = failure(Camera(stream=blind), keyframe_timeout=0.5)
    assert (error.kind, units) == (ErrorKind.STALLED, [])
    assert "gambar kunci" in str(error)


def test_line_that_spoils_every_keyframe_is_told_from_a_camera_without_any() -> None:
    def spoilt(line: Line) -> None:
        sender = Sender()
        line.play(*sender.group(2))
        with suppress(OSError):
            for _ in range(100):
                first, second = sender.group(2)
                line.play(first[:-2], second, pause=0.02)

    error, units = failure(Camera(stream=spoilt), keyframe_timeout=0.5)
    assert (error.kind, len(units)) == (ErrorKind.STALLED, 2)
    assert "rusak di jalan" in str(error)


def test_closed_stream_ends_after_what_it_brought() -> None:
    def act(line: Line, asked: Asked) -> None:
        play(wire(*Sender().group(4)))(line, asked)
        line.sock.shutdown(socket.SHUT_WR)

    error, units = failure(Camera(acts={"PLAY": act}))
    assert (error.kind, len(units)) == (ErrorKind.CLOSED, 4)


@pytest.mark.parametrize(
    "ending",
    [
        samples.interleave(Sender().goodbye(), 1),
        b"TEARDOWN rtsp://x RTSP/1.0\r\nCSeq: 9\r\n\r\n",
        b"REDIRECT rtsp://x RTSP/1.0\r\nLocation: rtsp://127.0.0.1:9/\r\n\r\n",
    ],
)
def test_goodbye_of_the_camera_closes(ending: bytes) -> None:
    error, units = failure(Camera(acts={"PLAY": play(wire(*Sender().group(4)), ending)}))
    assert (error.kind, len(units)) == (ErrorKind.CLOSED, 4)


@pytest.mark.parametrize("seconds", [-3600, -1, 3, 3600])
def test_jump_of_the_clock_ends_the_session(seconds: int) -> None:
    sender = Sender()
    before = sender.group(30)
    sender.timestamp += seconds * 90_000
    after = [sender.unit(samples.SLICE) for _ in range(10)]
    error, units = failure(Camera(acts={"PLAY": play(wire(*before, *after))}))
    assert (error.kind, len(units)) == (ErrorKind.CLOCK_JUMP, 30)


def test_lost_packets_cost_the_rest_of_the_group() -> None:
    sender = Sender()
    first = sender.group(4)
    sender.sequence += 3
    rest = [sender.unit(samples.SLICE) for _ in range(3)]
    error, units = failure(Camera(acts={"PLAY": play(wire(*first, *rest, *sender.group(2)))}))
    assert error.kind is ErrorKind.STALLED
    assert [unit.keyframe for unit in units] == [True, False, False, False, True, False]


def test_our_own_clock_being_set_ends_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or the footage before it would be moved to another hour."""
    real, shift = time.time, 0.0
    monkeypatch.setattr(time, "time", lambda: real() + shift)

    def stream(line: Line) -> None:
        nonlocal shift
        sender = Sender()
        line.play(*sender.group(4), pause=0.1)
        shift = -3600.0
        line.play(sender.unit(samples.SLICE))

    error, units = failure(Camera(stream=stream))
    assert (error.kind, len(units)) == (ErrorKind.CLOCK_JUMP, 4)


def test_noise_in_the_stream_ends_it() -> None:
    camera = Camera(acts={"PLAY": play(wire(*Sender().group(4)), b"\xff" * 100)})
    error, units = failure(camera)
    assert (error.kind, len(units)) == (ErrorKind.PROTOCOL, 4)
    assert camera.methods[-1] == "TEARDOWN"


def test_session_forgotten_by_the_camera_is_told() -> None:
    def stream(line: Line) -> None:
        sender = Sender()
        line.play(*sender.group(35), pause=0.04)
        if asked := line.read():
            line.answer(asked, 454, phrase="Session Not Found")

    error, _ = failure(Camera(stream=stream, session="1;timeout=2"))
    assert error.kind is ErrorKind.CLOSED


def test_deaf_camera_delays_the_end_by_a_second_at_most() -> None:
    camera = Camera(acts={"TEARDOWN": lambda line, _: line.wait(), "PLAY": play()})
    with running(camera):
        with Session(camera.endpoint):
            started = time.monotonic()
        assert time.monotonic() - started < 1.5
    assert camera.methods[-1] == "TEARDOWN"
