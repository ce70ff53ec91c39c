"""Random bytes and random packets: an RtspError or nothing, within bounded memory."""

from __future__ import annotations

import socket
import struct
import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.rtsp import Endpoint, RtspError, Track
from devices.rtsp.assembler import Assembler
from devices.rtsp.message import Message
from devices.rtsp.sps import Codec
from devices.rtsp.wire import Wake, Wire
from tests.devices.rtsp import samples

PIECES = st.sampled_from(
    [
        *samples.H264_SETS,
        *samples.H265_SETS,
        samples.IDR,
        samples.SLICE,
        samples.H265_IDR,
        *samples.fragments(samples.IDR, 16),
        *samples.h265_fragments(samples.H265_IDR, 16),
        samples.aggregate(b"\x78", *samples.H264_SETS),
        samples.aggregate(b"\x60\x01", *samples.H265_SETS),
    ]
)
PACKETS = st.tuples(
    st.sampled_from([0x80, 0x80, 0x80, 0x90, 0xA0, 0x81]),
    st.sampled_from([96, 96 | 0x80]),
    st.integers(-1, 2),  # step of the sequence number
    st.sampled_from([0, 0, 3600, 3600, -3600, 2**31]),  # step of the timestamp
    PIECES | st.binary(max_size=12),
)


@settings(max_examples=300)
@given(st.sampled_from(["h264", "h265"]), st.lists(PACKETS, max_size=40))
def test_any_packets_give_units_in_order_or_an_error(
    codec: Codec, packets: list[tuple[int, int, int, int, bytes]]
) -> None:
    assembler = Assembler(Track(codec, ()), 96)
    sequence, timestamp = 65_530, 2**32 - 4000
    for first, second, step, ticks, payload in packets:
        sequence, timestamp = (sequence + step) & 0xFFFF, (timestamp + ticks) & 0xFFFF_FFFF
        packet = struct.pack(">BBHII", first, second, sequence, timestamp, 7) + payload
        try:
            assembler.packet(memoryview(packet), 0, len(packet), 1.0)
            assembler.report(memoryview(payload), 0, len(payload))
        except RtspError:
            break
        assembler.settle()
    units = assembler.ready
    assert all(unit.dts < later.dts for unit, later in zip(units, units[1:], strict=False))  # noqa: RUF007 - says what it means
    assert all(unit.dts <= unit.pts and unit.data.startswith(samples.START) for unit in units)
    assert not units or units[0].keyframe


def read_on(wire: Wire, sizes: list[int]) -> None:
    while True:
        wire.fill(time.monotonic() + 2)
        sizes += [
            len(item.body) if isinstance(item, Message) else item[2] - item[1]
            for item in wire.items()
        ]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.binary(max_size=40)
        | st.sampled_from([b"RTSP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabc", b"$\0\0\x05hello"]),
        max_size=12,
    )
)
def test_any_bytes_on_the_wire_end_in_items_or_an_error(pieces: list[bytes]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        wire = Wire(Endpoint("127.0.0.1", listener.getsockname()[1]), time.monotonic() + 2, Wake())
        sock, _ = listener.accept()
        with sock:
            sock.sendall(b"".join(pieces))
        sizes: list[int] = []
        with pytest.raises(RtspError):
            read_on(wire, sizes)
        wire.close()
    assert sum(sizes) <= sum(map(len, pieces))


@pytest.mark.parametrize("nal", [b"\x65\x88", b"\x67\x64", b"\x09\xf0", b"\x06\x05"])
def test_memory_stays_bounded_whatever_never_ends(nal: bytes) -> None:
    sender = samples.Sender()
    assembler = Assembler(Track("h264", samples.H264_SETS), 96)
    tracemalloc.start()
    try:
        for number in range(3000):
            body = nal + struct.pack(">I", number) + b"x" * 30_000
            packet = sender.packet(body)
            try:
                assembler.packet(memoryview(packet), 0, len(packet), 1.0)
            except RtspError:
                break
            assembler.settle()
            assembler.ready.clear()
        assert tracemalloc.get_traced_memory()[1] < 24 << 20
    finally:
        tracemalloc.stop()
