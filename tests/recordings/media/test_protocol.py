"""Recorder and media process understand each other, and nothing else."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path
from uuid import UUID

import pytest

from recordings.media.protocol import (
    Channel,
    Closed,
    Opened,
    Prepared,
    ProtocolError,
    Stop,
    Watch,
    decode,
    encode,
)

CAMERA, SEGMENT = UUID(int=1), UUID(int=2)
WATCH = Watch(CAMERA, "10.0.0.1", 554, "/live?sandi=rahasia", "admin", "rahasia", 60.0)
CLOSED = Closed(
    CAMERA, SEGMENT, 1.5, 60.0, 1500, 99, "ab" * 32, "h264", 1920, 1080, "cd" * 32, None
)


@pytest.mark.parametrize(
    "message", [WATCH, CLOSED, Stop(), Prepared(CAMERA, SEGMENT, bytes(range(16)))]
)
def test_message_survives_the_way(message: Watch | Closed | Stop | Prepared) -> None:
    assert decode(encode(message)) == message


def test_secrets_are_not_in_what_is_logged() -> None:
    shown = repr(WATCH) + repr(Prepared(CAMERA, SEGMENT, b"k" * 16))
    assert "rahasia" not in shown
    assert "kkkk" not in shown


def changed(**fields: object) -> bytes:
    body = json.loads(encode(Opened(CAMERA, SEGMENT, 1.0)))
    return json.dumps({**body, **fields}).encode()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}",
        b"[]",
        b'{"kind": "Channel"}',
        b"\xff\xfe",
        changed(camera="../../etc"),
        changed(started_at="soon"),
        changed(started_at=True),
        changed(started_at=float("nan")),
        changed(more=1),
        b"9" * 5000,
    ],
)
def test_anything_else_is_refused(raw: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode(raw)


def test_file_descriptor_travels_with_its_message(tmp_path: Path) -> None:
    ours, theirs = Channel.pair(patience=1.0)
    other = Channel(theirs)
    with (tmp_path / "x").open("wb") as file:
        ours.send(Prepared(CAMERA, SEGMENT, b"k" * 16), (file.fileno(),))
    received = other.receive()
    assert received is not None
    (descriptor,) = received[1]
    os.write(descriptor, b"written by the other side")
    os.close(descriptor)
    assert (tmp_path / "x").read_bytes() == b"written by the other side"
    ours.close()
    assert other.receive() is None
    other.close()


def test_peer_that_takes_nothing_does_not_block_for_ever() -> None:
    ours, theirs = Channel.pair(patience=0.1)

    def flood() -> None:
        for _ in range(10_000):
            ours.send(WATCH)

    with theirs, pytest.raises(OSError, match="timed out"):
        flood()
    ours.close()


def test_oversized_packet_is_refused() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    channel = Channel(theirs)
    with ours:
        ours.send(b" " * 100_000)
        with pytest.raises(ProtocolError):
            channel.receive()
    channel.close()
