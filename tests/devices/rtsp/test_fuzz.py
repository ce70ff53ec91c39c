"""Noise, and good input gone bad: an RtspError or something usable, within bounded memory.

The same examples on every run. `FUZZ_EXAMPLES=20000` looks further.
"""

from __future__ import annotations

import os
import socket
import struct
import time
import tracemalloc
from itertools import cycle, islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.rtsp import Endpoint, RtspError, Track
from devices.rtsp.assembler import Assembler
from devices.rtsp.message import Message
from devices.rtsp.sps import Codec
from devices.rtsp.wire import Wake, Wire
from tests.devices.rtsp import samples
from tests.devices.rtsp.parsers import PARSERS

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "120"))
STEADY = settings(derandomize=True, database=None, deadline=None, max_examples=EXAMPLES)
EDIT = st.tuples(st.integers(0, 400), st.integers(0, 12), st.binary(max_size=12))
EDITS = st.lists(EDIT, min_size=1, max_size=4)


def edited(seed: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    """The seed with stretches replaced: cut out, grown, or overwritten."""
    for place, size, piece in edits:
        at = place % (len(seed) + 1)
        seed = seed[:at] + piece + seed[at + size :]
    return seed


@pytest.mark.parametrize("name", PARSERS)
def test_noise_never_hurts_a_parser(name: str) -> None:
    parser, _ = PARSERS[name]

    @STEADY
    @given(st.binary(max_size=400))
    def fed(data: bytes) -> None:
        parser(data)

    fed()


@pytest.mark.parametrize("name", PARSERS)
def test_damage_to_good_input_never_hurts_a_parser(name: str) -> None:
    parser, seeds = PARSERS[name]

    @STEADY
    @given(st.sampled_from(seeds), EDITS)
    def fed(seed: bytes, edits: list[tuple[int, int, bytes]]) -> None:
        parser(edited(seed, edits))

    fed()


@pytest.mark.parametrize("name", PARSERS)
def test_good_input_is_read(name: str) -> None:
    """Otherwise the test above would mutate what nobody reads."""
    parser, seeds = PARSERS[name]
    for seed in seeds:
        parser(seed)
        for size in range(len(seed)):
            parser(seed[:size])


def read_on(wire: Wire, sizes: list[int]) -> None:
    while True:
        wire.fill(time.monotonic() + 2)
        sizes += [
            len(item.body) if isinstance(item, Message) else item[2] - item[1]
            for item in wire.items()
        ]


PIECES = st.binary(max_size=40) | st.sampled_from(
    [b"RTSP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabc", b"$\0\0\x05hello"]
)


@settings(STEADY, max_examples=min(EXAMPLES, 60))
@given(st.lists(PIECES, max_size=12))
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


ENDLESS: dict[str, tuple[Codec, list[bytes]]] = {
    "slices": ("h264", [b"\x65\x88"]),
    "other_slices": ("h265", [b"\x26\x01\xaf"]),
    "sets": ("h264", [b"\x67\x64"]),
    "other_sets": ("h265", [b"\x42\x01"]),
    "delimiters": ("h264", [b"\x09\xf0"]),
    "notes": ("h264", [b"\x06\x05"]),
    "fragments": ("h264", [b"\x7c\x85", b"\x7c\x05"]),
    "set_fragments": ("h264", [b"\x7c\x87", b"\x7c\x07"]),
    "other_fragments": ("h265", [b"\x62\x01\x93", b"\x62\x01\x13"]),
    "unfinished_fragments": ("h264", [b"\x7c\x85"]),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_memory_stays_bounded_whatever_never_ends(name: str) -> None:
    """90 MB that belong to one picture, or to no picture at all."""
    codec, beginnings = ENDLESS[name]
    sender = samples.Sender()
    sets = samples.H264_SETS if codec == "h264" else samples.H265_SETS
    assembler = Assembler(Track(codec, sets), 96)
    first, rest = beginnings[0], cycle(beginnings[1:] or beginnings)
    tracemalloc.start()
    try:
        for number, head in enumerate([first, *islice(rest, 2999)]):
            packet = sender.packet(head + struct.pack(">I", number) + b"x" * 30_000)
            try:
                assembler.packet(memoryview(packet), 0, len(packet), 1.0)
            except RtspError:
                break
            assembler.settle()
            assembler.ready.clear()
        assert tracemalloc.get_traced_memory()[1] < 24 << 20
    finally:
        tracemalloc.stop()
