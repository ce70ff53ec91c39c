from __future__ import annotations

from itertools import pairwise

import pytest

from devices.rtsp import AccessUnit, ErrorKind, RtspError, Track
from devices.rtsp.assembler import Assembler
from tests.devices.rtsp import samples
from tests.devices.rtsp.samples import IDR, SLICE, Sender, annexb, fragments

TRACK = Track("h264", ())


def feed(assembler: Assembler, *units: list[bytes], now: float = 1.0) -> list[AccessUnit]:
    """Every packet alone in a buffer that is wiped behind it, as the read buffer is."""
    for packet in (packet for unit in units for packet in unit):
        buffer = bytearray(packet)
        assembler.packet(memoryview(buffer), 0, len(buffer), now)
        assembler.settle()
        buffer[:] = bytes(len(buffer))
    ready, assembler.ready = assembler.ready, []
    return ready


def test_units_come_from_the_first_keyframe_on() -> None:
    sender = Sender()
    assembler = Assembler(TRACK, 96)
    units = feed(assembler, sender.unit(SLICE), *sender.group(3), now=5.5)
    assert [unit.keyframe for unit in units] == [True, False, False]
    assert units[0].data == annexb(*samples.H264_SETS, IDR)
    assert units[1].data == annexb(SLICE)
    assert [unit.pts - units[0].pts for unit in units] == [0, 3600, 7200]
    assert all(unit.dts == unit.pts and unit.arrived_at == 5.5 for unit in units)
    assert (assembler.track.width, assembler.track.height) == (176, 144)
    assert assembler.stats.dropped_units == 0


def test_sets_of_the_description_stand_in_front_of_bare_keyframes() -> None:
    assembler = Assembler(Track("h264", samples.H264_SETS), 96)
    delimiter, note = b"\x09\xf0", b"\x06\x05\x01\x00\x80"
    (unit,) = feed(assembler, Sender().unit(delimiter, note, IDR))
    assert unit.data == annexb(delimiter, *samples.H264_SETS, note, IDR)


def test_keyframe_without_any_sets_is_not_handed_out() -> None:
    assembler = Assembler(TRACK, 96)
    sender = Sender()
    assert feed(assembler, sender.unit(samples.H264_SETS[1], IDR), sender.unit(SLICE)) == []
    assert len(feed(assembler, *sender.group(2))) == 2


def test_sets_are_the_same_object_until_they_change() -> None:
    sender = Sender()
    assembler = Assembler(Track("h264", samples.H264_SETS), 96)
    units = feed(assembler, *sender.group(2), *sender.group(2))
    assert units[0].parameter_sets is units[3].parameter_sets
    (changed,) = feed(assembler, sender.unit(samples.H264_SETS[0], b"\x68\xff\x01", IDR))
    assert changed.parameter_sets == (samples.H264_SETS[0], b"\x68\xff\x01")
    assert changed.parameter_sets is assembler.track.parameter_sets


def test_sets_sent_ahead_under_another_time_count_for_the_next_keyframe() -> None:
    sender = Sender()
    units = feed(Assembler(TRACK, 96), sender.unit(*samples.H264_SETS), sender.unit(IDR))
    assert [unit.data for unit in units] == [annexb(*samples.H264_SETS, IDR)]


def test_sets_glued_into_one_packet_are_taken_apart() -> None:
    glued = samples.H264_SETS[0] + b"\0\0\0\1" + samples.H264_SETS[1] + b"\0\0\0\1" + IDR
    (unit,) = feed(Assembler(TRACK, 96), Sender().unit(glued))
    assert unit.parameter_sets == samples.H264_SETS
    assert unit.data == annexb(*samples.H264_SETS, IDR)


def test_aggregated_and_fragmented_sets_are_read() -> None:
    sender = Sender()
    aggregated = samples.aggregate(b"\x78", *samples.H264_SETS, IDR)
    whole = feed(Assembler(TRACK, 96), sender.unit(aggregated))
    parts = [part for each in samples.H264_SETS for part in fragments(each, 5)]
    pieces = feed(Assembler(TRACK, 96), sender.unit(*parts, IDR))
    assert whole[0].data == pieces[0].data == annexb(*samples.H264_SETS, IDR)


def test_h265_is_put_together() -> None:
    sender = Sender(payload_type=98)
    aggregated = samples.aggregate(b"\x60\x01", *samples.H265_SETS)
    fragmented = samples.h265_fragments(samples.H265_IDR, 16)
    units = feed(
        Assembler(Track("h265", ()), 98),
        sender.unit(aggregated, *fragmented),
        sender.unit(samples.H265_SLICE),
    )
    assert [unit.keyframe for unit in units] == [True, False]
    assert units[0].data == annexb(*samples.H265_SETS, samples.H265_IDR)
    assert units[0].parameter_sets == samples.H265_SETS


@pytest.mark.parametrize("missing", [0, 1, 3])
def test_gap_drops_everything_up_to_the_next_keyframe(missing: int) -> None:
    sender = Sender()
    assembler = Assembler(TRACK, 96)
    feed(assembler, *sender.group(2))
    hurt = sender.unit(*fragments(SLICE, 5))
    del hurt[missing]
    units = feed(assembler, hurt, sender.unit(SLICE), sender.unit(SLICE), *sender.group(2))
    assert [unit.keyframe for unit in units] == [True, False]
    assert (assembler.stats.lost_packets, assembler.stats.dropped_units) == (1, 3)


def test_keyframe_behind_a_gap_counts_when_its_beginning_is_there() -> None:
    sender = Sender()
    assembler = Assembler(TRACK, 96)
    feed(assembler, *sender.group(2))
    sender.sequence += 7
    assert len(feed(assembler, *sender.group(2))) == 2
    sender.sequence += 7
    headless = sender.unit(b"\x65\x08" + b"second slice")
    assert feed(assembler, headless, sender.unit(SLICE)) == []


def test_repeated_packet_is_ignored() -> None:
    sender = Sender()
    assembler = Assembler(TRACK, 96)
    first, second = sender.group(2)
    assert len(feed(assembler, first, first[-1:], second, second)) == 2
    assert assembler.stats.lost_packets == 0


def test_sequence_and_timestamp_wrap() -> None:
    sender = Sender(sequence=0xFFFE, timestamp=0xFFFF_FFFF - 5000)
    units = feed(Assembler(TRACK, 96), *sender.group(6))
    steps = {later.pts - earlier.pts for earlier, later in pairwise(units)}
    assert (len(units), steps) == (6, {3600})


def test_unmarked_pictures_end_with_their_time() -> None:
    sender = Sender()
    unmarked = [[packet[:1] + b"\x60" + packet[2:] for packet in u] for u in sender.group(3)]
    assert len(feed(Assembler(TRACK, 96), *unmarked)) == 2


def test_marker_on_every_slice_is_found_out() -> None:
    sender = Sender()
    assembler = Assembler(TRACK, 96)
    feed(assembler, *sender.group(1))

    def marked(*payloads: bytes) -> list[bytes]:
        sender.timestamp += 3600
        return [sender.packet(each, marker=True) for each in payloads]

    feed(assembler, marked(SLICE, samples.LATER_SLICE))
    group = marked(*samples.H264_SETS, IDR, b"\x65\x08later"), marked(SLICE, samples.LATER_SLICE)
    units = feed(assembler, *group, sender.unit(SLICE))
    assert [unit.data.count(samples.START) for unit in units] == [4, 2]


def test_other_payload_types_and_sources_are_left_out() -> None:
    sender, stale = Sender(), Sender(source=99)
    assembler = Assembler(TRACK, 96, promised_source=sender.source)
    stray = Sender(payload_type=8, source=sender.source).unit(b"\xd5" * 20)
    first, second = sender.group(2)
    stale_units = stale.group(2)
    units = feed(assembler, stale_units[0], first, stale_units[1], stray, second)
    assert [unit.keyframe for unit in units] == [True, False]
    assert assembler.stats.lost_packets == 0


def test_source_that_was_promised_wrongly_is_taken_after_a_while() -> None:
    sender = Sender()
    assembler = Assembler(TRACK, 96, promised_source=99)
    assert feed(assembler, *sender.group(2), now=10.0) == []
    assert len(feed(assembler, *sender.group(2), now=12.5)) == 2


def test_camera_time_comes_from_the_last_report() -> None:
    sender = Sender()
    assembler = Assembler(TRACK, 96)
    first, second = sender.group(2)
    assert feed(assembler, first)[0].camera_time is None
    report = sender.report(1000.0, sender.timestamp - 9000)
    assembler.report(memoryview(report), 0, len(report))
    assert feed(assembler, second)[0].camera_time == pytest.approx(1000.1)


@pytest.mark.parametrize("step", [180_001, -3600 * 20, -90_000 * 3600, 90_000 * 3600])
def test_step_of_the_cameras_clock_is_an_error(step: int) -> None:
    sender = Sender()
    assembler = Assembler(TRACK, 96)
    feed(assembler, *sender.group(25))
    sender.timestamp += step
    with pytest.raises(RtspError) as caught:
        feed(assembler, *(sender.unit(SLICE) for _ in range(12)))
    assert caught.value.kind is ErrorKind.CLOCK_JUMP


def test_a_single_report_tells_the_time_for_ever() -> None:
    """Also after the 6.6 h that are half the round of a 32-bit time."""
    sender = Sender()
    assembler = Assembler(TRACK, 96)
    report = sender.report(1000.0)
    assembler.report(memoryview(report), 0, len(report))
    units = [
        unit
        for number in range(15_000)
        for unit in feed(assembler, sender.group(1, step=180_000)[0], now=1000.0 + 2 * number)
    ]
    assert units[-1].camera_time == pytest.approx(31_000.0)


def test_goodbye_of_a_stranger_is_none_of_ours() -> None:
    sender = Sender()
    assembler = Assembler(TRACK, 96)
    feed(assembler, *sender.group(2))
    stranger = Sender(source=77).goodbye()
    assembler.report(memoryview(stranger), 0, len(stranger))
    assert len(feed(assembler, sender.unit(SLICE))) == 1


def test_goodbye_closes() -> None:
    data = Sender().goodbye()
    with pytest.raises(RtspError) as caught:
        Assembler(TRACK, 96).report(memoryview(data), 0, len(data))
    assert caught.value.kind is ErrorKind.CLOSED


def test_picture_without_end_is_a_limit() -> None:
    sender = Sender()
    assembler = Assembler(TRACK, 96)
    start, middle = fragments(b"\x65\x88" + b"x" * 120_000, 60_000)[:2]
    feed(assembler, [sender.packet(start)])
    with pytest.raises(RtspError) as caught:
        feed(assembler, [sender.packet(middle) for _ in range(80)])
    assert caught.value.kind is ErrorKind.LIMIT
    many = samples.aggregate(b"\x78", *[b"\x65\x88"] * 2000)
    with pytest.raises(RtspError):
        feed(Assembler(TRACK, 96), [sender.packet(many)])
