"""Everything that reads a camera's bytes, each as a function that holds it to its promises.

A parser may raise RtspError and nothing else, and what it gives must be usable and of bounded
size. hypothesis feeds these in test_fuzz; any other fuzzer that has bytes to give can do so too.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import pairwise

from devices.rtsp import AccessUnit, Endpoint, RtspError, Track, message, rtp, sdp, sps
from devices.rtsp.assembler import Assembler
from devices.rtsp.auth import Authorizer, challenges
from devices.rtsp.picture import UNIT_LIMIT
from devices.rtsp.session import parse_transport
from devices.rtsp.sps import Codec
from tests.devices.rtsp import samples

ENDPOINT = Endpoint("kamera", username="petugas", password="kenari 7Q!")
BASE = "rtsp://kamera/cam?channel=1"
CONTROLS = {chr(code) for code in range(32)} - {"\t"}
_SEQUENCE_STEPS = (1, 1, 2, 0)  # next, next, one is lost, repeated
_TIME_STEPS = (0, 3600, -3600, 1 << 31)
_FIRST_BYTES = (0x80, 0x80, 0x90, 0xA1)


def read_message(data: bytes) -> None:
    with suppress(RtspError):
        parsed = message.parse(data)
        if parsed is not None:
            found, length = parsed
            assert 0 < length <= len(data)
            assert len(found.headers) <= message.HEADER_LIMIT
            assert not any(set(value) & CONTROLS for _, value in found.headers)
            assert len(found.body) <= message.BODY_LIMIT


def read_description(data: bytes) -> None:
    with suppress(RtspError):
        offer = sdp.choose(data, BASE)
        for url in (offer.setup_url, offer.play_url):
            assert url.isascii()
            assert url.isprintable()
            assert len(url) <= sdp.URL_LIMIT
        assert all(len(each) > 2 for each in offer.track.parameter_sets)


def read_challenge(data: bytes) -> None:
    """Header values are bytes read as latin-1."""
    values = data.decode("latin-1").split("\n")
    for each in challenges(values):
        assert 0 <= each.strength <= 3
    authorizer = Authorizer(ENDPOINT)
    if authorizer.accept(values):
        header = authorizer.header("PLAY", BASE)
        assert header is not None
        assert header.startswith(("Digest ", "Basic "))
        assert ENDPOINT.password not in header
        header.encode("latin-1")


def read_transport(data: bytes) -> None:
    with suppress(RtspError):
        channels, source = parse_transport(data.decode("latin-1"))
        assert channels[0] != channels[1]
        assert all(0 <= each <= 255 for each in channels)
        assert source is None or 0 <= source < 1 << 32


def read_packet(data: bytes) -> None:
    packet = rtp.parse(memoryview(data), 0, len(data))
    assert packet is None or 12 <= packet.start < packet.end <= len(data)


def read_control(data: bytes) -> None:
    report, leaving = rtp.parse_control(memoryview(data), 0, len(data))
    assert report is None or report.unix_time >= 0
    assert len(leaving) <= len(data) // 4


def read_h264_set(data: bytes) -> None:
    _read_set("h264", data)


def read_h265_set(data: bytes) -> None:
    _read_set("h265", data)


def read_h264_stream(data: bytes) -> None:
    _read_stream("h264", data)


def read_h265_stream(data: bytes) -> None:
    _read_stream("h265", data)


def _read_set(codec: Codec, data: bytes) -> None:
    facts = sps.read(codec, data)
    assert 0 <= facts.width <= 16384
    assert 0 <= facts.height <= 16384
    assert 0 <= facts.reorder <= 16
    assert facts.fps >= 0


def _read_stream(codec: Codec, data: bytes) -> None:
    assembler = Assembler(Track(codec, ()), 96)
    with suppress(RtspError):
        for number, packet in enumerate(packets(data)):
            buffer = bytearray(packet)
            assembler.packet(memoryview(buffer), 0, len(buffer), 1.0 + number / 25)
            assembler.settle()
            buffer[:] = bytes(len(buffer))  # as the read buffer is written again
            assembler.report(memoryview(packet), 12, len(packet))
    check_units(assembler.ready)


def packets(data: bytes) -> Iterator[bytes]:
    """RTP packets out of bytes: one tells the header, one the length, then comes the payload."""
    at, sequence, timestamp = 0, 65_530, (1 << 32) - 4000
    while at + 2 <= len(data):
        what, size = data[at], data[at + 1]
        sequence += _SEQUENCE_STEPS[what >> 1 & 3]
        timestamp += _TIME_STEPS[what >> 3 & 3]
        head = struct.pack(
            ">BBHII",
            _FIRST_BYTES[what >> 5 & 3],
            96 | (what & 1) << 7,
            sequence & 0xFFFF,
            timestamp & 0xFFFF_FFFF,
            7,
        )
        yield head + data[at + 2 : at + 2 + size]
        at += 2 + size


def played(*payloads: bytes) -> bytes:
    """What `packets` turns into these payloads, every one a picture of its own."""
    return b"".join(bytes((0b01001, len(each))) + each for each in payloads)


def check_units(units: list[AccessUnit]) -> None:
    assert all(before.dts < after.dts for before, after in pairwise(units))
    for unit in units:
        assert unit.dts <= unit.pts
        assert unit.data.startswith(samples.START)
        assert len(unit.data) <= 2 * UNIT_LIMIT
        assert unit.lost_s >= 0
        assert unit.keyframe or not unit.lost_s
    assert not units or (units[0].keyframe and not units[0].lost_s)


Parser = Callable[[bytes], None]
H264_STREAM = played(
    samples.aggregate(b"\x78", *samples.H264_SETS),
    samples.IDR,
    samples.SLICE,
    *samples.fragments(samples.IDR, 16),
    samples.SLICE,
)
H265_STREAM = played(
    samples.aggregate(b"\x60\x01", *samples.H265_SETS),
    samples.H265_IDR,
    samples.H265_SLICE,
    *samples.h265_fragments(samples.H265_IDR, 16),
    samples.H265_SLICE,
)
ANSWER = b"RTSP/1.0 200 OK\r\nCSeq: 7\r\nSession: 42;timeout=60\r\nContent-Length: 4\r\n\r\nbody"
DIGEST = (
    b'Basic realm="a, b"\nDigest realm="c\\"d", nonce="n", qop="auth,auth-int", opaque="o", '
    b"algorithm=SHA-256, stale=TRUE"
)
TRANSPORT = b'RTP/AVP/TCP;unicast;interleaved=2-3;ssrc= d6d6627;mode="play"'
SENDER = samples.Sender()

# Each parser with what it reads on a good day: mutations of that come further than noise.
PARSERS: dict[str, tuple[Parser, tuple[bytes, ...]]] = {
    "message": (read_message, (ANSWER, b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n")),
    "description": (
        read_description,
        (samples.sdp(), samples.sdp(samples.H265_SETS, "H265", 98)),
    ),
    "challenge": (read_challenge, (DIGEST,)),
    "transport": (read_transport, (TRANSPORT,)),
    "packet": (read_packet, (SENDER.packet(samples.IDR), b"\xb2" + bytes(40))),
    "control": (read_control, (SENDER.report(1.8e9) + SENDER.goodbye(),)),
    "h264_set": (
        read_h264_set,
        (samples.H264_SETS[0], samples.H264_B_SETS[0], samples.H264_INTERLACED_SPS),
    ),
    "h265_set": (
        read_h265_set,
        (samples.H265_SETS[1], samples.H265_B_SPS, samples.H265_LAYERS_SPS),
    ),
    "h264_stream": (read_h264_stream, (H264_STREAM,)),
    "h265_stream": (read_h265_stream, (H265_STREAM,)),
}
