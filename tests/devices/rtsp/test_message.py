from __future__ import annotations

import pytest

from devices.rtsp import ErrorKind, RtspError
from devices.rtsp.message import parse

ANSWER = (
    b"RTSP/1.0 200 OK\r\nCSeq: 7\r\nSession:    42;timeout=60\r\nContent-Length: 4\r\n\r\nbodyREST"
)


def test_answer_is_read_up_to_its_end() -> None:
    parsed = parse(ANSWER)
    assert parsed is not None
    message, length = parsed
    assert (message.status, message.sequence, message.body) == (200, 7, b"body")
    assert message.get("session") == "42;timeout=60"
    assert ANSWER[length:] == b"REST"


def test_every_shorter_piece_is_incomplete() -> None:
    assert all(parse(ANSWER[:size]) is None for size in range(4, len(ANSWER) - 4))


def test_bare_newlines_and_odd_lines_are_tolerated() -> None:
    parsed = parse(b"RTSP/1.0 200\nCSeq:3\nno colon here\nServer: a\n  folded\n\n")
    assert parsed is not None
    assert parsed[0].get("server") == "a folded"
    assert parsed[0].sequence == 3


def test_line_with_a_control_character_is_passed_over() -> None:
    parsed = parse(b"RTSP/1.0 200 OK\r\nCSeq: 3\r\nX: a\rSession: 1\r\nY: \0\r\nZ: a\tb\r\n\r\n")
    assert parsed is not None
    assert parsed[0].headers == (("cseq", "3"), ("z", "a\tb"))


def test_request_of_a_camera_is_told_from_an_answer() -> None:
    parsed = parse(b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n")
    assert parsed is not None
    assert (parsed[0].status, parsed[0].method) == (0, "OPTIONS")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", ErrorKind.PROTOCOL),
        (b"\x00\x01\x02\x03", ErrorKind.PROTOCOL),
        (b"RTSP/1.0 2000 OK\r\n\r\n", ErrorKind.PROTOCOL),
        (b"RTSP/1.0 200 OK\r\nContent-Length: -1\r\n\r\n", ErrorKind.PROTOCOL),
        (b"RTSP/1.0 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", ErrorKind.PROTOCOL),
        (b"RTSP/1.0 200 OK\r\nContent-Length: 99999999999\r\n\r\n", ErrorKind.LIMIT),
        (b"RTSP/1.0 200 OK\r\nContent-Length: 16385\r\n\r\n", ErrorKind.LIMIT),
        (b"RTSP/1.0 200 OK\r\nX: " + b"a" * 5000, ErrorKind.LIMIT),
        (b"RTSP/1.0 200 OK\r\nX: " + b"a" * 5000 + b"\r\n\r\n", ErrorKind.LIMIT),
        (b"RTSP/1.0 200 OK\r\n" + b"X: y\r\n" * 65 + b"\r\n", ErrorKind.LIMIT),
        (b"RTSP/1.0 200 OK\r\n" + b"X: y\r\n" * 9000, ErrorKind.LIMIT),
    ],
)
def test_hostile_message_is_refused(data: bytes, kind: ErrorKind) -> None:
    with pytest.raises(RtspError) as caught:
        parse(data)
    assert caught.value.kind is kind
