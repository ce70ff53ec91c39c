from __future__ import annotations

import io
import os

import pytest
import pyzipper
from hypothesis import given
from hypothesis import strategies as st

from recordings.package.winzip import ArchiveReader, ArchiveWriter, CounterMode

KEY = bytes(range(32))


@given(st.lists(st.integers(0, 200), max_size=6), st.integers(0, 500))
def test_counter_mode_is_one_stream_however_it_is_cut(cuts: list[int], start: int) -> None:
    data = os.urandom(start + sum(cuts))
    whole = CounterMode(KEY).apply(data)
    pieces, cipher, at = b"", CounterMode(KEY, start), start
    for cut in cuts:
        pieces += cipher.apply(data[at : at + cut])
        at += cut
    assert pieces == whole[start:]
    assert CounterMode(KEY).apply(whole) == data


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 70_000])
def test_library_of_others_reads_what_we_write_and_the_reverse(size: int) -> None:
    data, ours, theirs = os.urandom(size), io.BytesIO(), io.BytesIO()
    writer = ArchiveWriter(ours, "kunci")
    with writer.begin("a.bin", size) as member:
        member.write(data)
    writer.close()
    with pyzipper.AESZipFile(ours) as reading:
        assert reading.read("a.bin", b"kunci") == data
    with pyzipper.AESZipFile(theirs, "w", encryption=pyzipper.WZ_AES) as writing:
        writing.setpassword(b"kunci")
        writing.writestr("a.bin", data)
    assert ArchiveReader(theirs, "kunci").read("a.bin") == data
