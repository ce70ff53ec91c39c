from __future__ import annotations

import struct

import pytest

from devices.rtsp import rtp
from tests.devices.rtsp import samples


def parse(packet: bytes) -> tuple[rtp.Packet, bytes] | None:
    data = b"??" + packet + b"??"  # neighbours in the read buffer
    found = rtp.parse(memoryview(data), 2, 2 + len(packet))
    return None if found is None else (found, data[found.start : found.end])


def test_plain_packet_is_read() -> None:
    found = parse(samples.Sender().packet(b"payload", marker=True))
    assert found is not None
    packet, payload = found
    assert (packet.payload_type, packet.sequence, packet.timestamp) == (96, 1000, 90_000)
    assert packet.marker
    assert payload == b"payload"


def test_sources_extension_and_padding_are_taken_off() -> None:
    head = struct.pack(">BBHII", 0x80 | 0x20 | 0x10 | 2, 96, 1, 2, 3)
    extension = struct.pack(">HH", 0xABAC, 3) + bytes(12)
    found = parse(head + bytes(8) + extension + b"payload" + b"\0\0\3")
    assert found is not None
    assert found[1] == b"payload"


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        bytes(12),
        struct.pack(">BBHII", 0x40, 96, 1, 2, 3) + b"x",  # version 1
        struct.pack(">BBHII", 0x8F, 96, 1, 2, 3) + b"x",  # sources beyond the end
        struct.pack(">BBHII", 0x90, 96, 1, 2, 3) + b"xx",  # half an extension
        struct.pack(">BBHII", 0x90, 96, 1, 2, 3) + b"\xab\xac\xff\xff" + b"x",
        struct.pack(">BBHII", 0xA0, 96, 1, 2, 3) + b"x\xff",  # padding beyond the start
    ],
)
def test_malformed_packet_gives_nothing(packet: bytes) -> None:
    assert parse(packet) is None


def test_sender_report_tells_the_cameras_time() -> None:
    data = samples.Sender(timestamp=77).report(1_800_000_000.25)
    report, leaving = rtp.parse_control(memoryview(data), 0, len(data))
    assert report is not None
    assert (report.timestamp, leaving) == (77, frozenset())
    assert report.unix_time == pytest.approx(1_800_000_000.25)


def test_ntp_time_goes_on_after_2036() -> None:
    data = samples.Sender().report(2_100_000_000.0)
    report, _ = rtp.parse_control(memoryview(data), 0, len(data))
    assert report is not None
    assert report.unix_time == 2_100_000_000.0


def test_report_without_a_clock_tells_nothing() -> None:
    data = samples.Sender().report(-2_208_988_800)
    assert rtp.parse_control(memoryview(data), 0, len(data)) == (None, frozenset())


def test_goodbye_behind_a_report_is_seen() -> None:
    sender = samples.Sender()
    data = sender.report(1.0) + sender.goodbye()
    assert rtp.parse_control(memoryview(data), 0, len(data))[1] == {sender.source}


def test_goodbye_names_several_sources_and_no_more_than_it_holds() -> None:
    two = struct.pack(">BBHII", 0x82, 203, 2, 5, 6)
    assert rtp.parse_control(memoryview(two), 0, len(two))[1] == {5, 6}
    boastful = struct.pack(">BBHI", 0x9F, 203, 1, 5)
    assert rtp.parse_control(memoryview(boastful), 0, len(boastful))[1] == {5}


@pytest.mark.parametrize(
    ("earlier", "later", "distance"),
    [(0, 5, 5), (5, 0, -5), (0xFFFF_FFFF, 1, 2), (1, 0xFFFF_FFFF, -2)],
)
def test_distance_goes_the_short_way(earlier: int, later: int, distance: int) -> None:
    assert rtp.ticks_between(earlier, later) == distance
