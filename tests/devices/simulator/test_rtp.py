from __future__ import annotations

import struct
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.simulator.coded import Codec, join_annexb, split_annexb, split_sized
from devices.simulator.rtp import MTU, Sender, payloads
from tests.devices.simulator.peer import Report

BODIES = st.binary(min_size=1, max_size=40).flatmap(
    lambda seed: st.integers(1, 5000).map(lambda n: (seed * n)[:n])
)


def reassembled(codec: Codec, parts: list[bytes]) -> list[bytes]:
    """NAL units put together again, by the letter of RFC 6184 5.8 and RFC 7798 4.4.3."""
    found: list[bytes] = []
    size, unit_type = (1, 28) if codec == "h264" else (2, 49)
    for part in parts:
        kind = part[0] & 31 if codec == "h264" else part[0] >> 1 & 63
        if kind != unit_type:
            found.append(part)
            continue
        flags, body = part[size], part[size + 1 :]
        if flags & 0x80:
            mask, inner = (0xE0, flags & 31) if codec == "h264" else (0x81, (flags & 63) << 1)
            found.append(bytes([part[0] & mask | inner]) + part[1:size])
        found[-1] += body
    return found


@pytest.mark.parametrize("codec", get_args(Codec))
@given(bodies=st.lists(BODIES, min_size=1, max_size=4))
def test_units_come_back_from_their_payloads(codec: Codec, bodies: list[bytes]) -> None:
    head = b"\x65" if codec == "h264" else b"\x26\x01"
    nals = [head + body for body in bodies]
    parts = payloads(codec, nals)
    assert max(map(len, parts)) <= MTU
    assert reassembled(codec, parts) == nals


@given(bodies=st.lists(st.binary(min_size=1, max_size=50), max_size=4))
def test_units_come_back_from_a_byte_stream(bodies: list[bytes]) -> None:
    # A unit ends in a one bit and holds no start code: emulation prevention sees to that.
    nals = tuple(b"\x41" + body.replace(b"\x00", b"\x01") + b"\x80" for body in bodies)
    assert tuple(split_annexb(join_annexb(nals))) == nals
    sized = b"".join(struct.pack(">I", len(nal)) + nal for nal in nals)
    assert tuple(split_sized(sized, 4)) == nals


def test_packets_are_numbered_and_the_last_is_marked() -> None:
    sender = Sender("h264", ssrc=1, sequence=65_534, origin=0xFFFFFFFF)
    bursts = [sender.burst([b"ab", b"c"], seconds=k / 10, keyframe=False) for k in range(2)]
    heads = [struct.unpack(">BBHII", packet[:12]) for b in bursts for packet in b.packets]
    assert [head[2] for head in heads] == [65_534, 65_535, 0, 1]
    assert [head[1] >> 7 for head in heads] == [0, 1, 0, 1]
    assert [head[3] for head in heads] == [0xFFFFFFFF, 0xFFFFFFFF, 8999, 8999]
    assert all((b[2] - a[2]) % 65_536 == 1 for a, b in pairwise(heads))


def test_wire_frames_each_packet_for_its_channel() -> None:
    burst = Sender("h264").burst([b"ab", b"c"], seconds=0, keyframe=True)
    assert burst.wire(4) == b"".join(
        b"$\x04" + struct.pack(">H", len(packet)) + packet for packet in burst.packets
    )
    assert burst.wire(4) is burst.wire(4)


@given(unix=st.floats(0, 2e9))
def test_report_ties_both_clocks(unix: float) -> None:
    sender = Sender("h265")
    report = Report.read(sender.report(unix, seconds=unix))
    assert report.unix == pytest.approx(unix, abs=1e-5)
    assert report.rtp == sender.timestamp(unix)
