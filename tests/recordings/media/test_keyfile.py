"""A key is looked for where keys stand, and nowhere else in the rows."""

from __future__ import annotations

from uuid import UUID

from recordings.media import keyfile

FIRST, SECOND = UUID(int=1 << 120), UUID(int=2 << 120)
KEY, OTHER = b"k" * keyfile.KEY_BYTES, b"o" * keyfile.KEY_BYTES
ROWS = keyfile.pack({FIRST: KEY, SECOND: OTHER})


def test_each_segment_has_its_key() -> None:
    assert (keyfile.find(ROWS, FIRST), keyfile.find(ROWS, SECOND)) == (KEY, OTHER)


def test_a_key_that_was_given_out_is_known() -> None:
    assert keyfile.gives_out(ROWS, KEY)
    assert keyfile.gives_out(ROWS, OTHER)
    assert not keyfile.gives_out(ROWS, b"n" * keyfile.KEY_BYTES)


def test_bytes_of_an_id_or_across_two_columns_are_no_key() -> None:
    assert not keyfile.gives_out(ROWS, FIRST.bytes)
    assert not keyfile.gives_out(ROWS, ROWS[8:24])
    assert not keyfile.gives_out(ROWS, ROWS[24:40])


def test_a_key_is_found_behind_the_same_bytes_in_another_place() -> None:
    rows = keyfile.pack({UUID(bytes=KEY): OTHER, SECOND: KEY})
    assert keyfile.gives_out(rows, KEY)
    assert keyfile.find(rows, UUID(bytes=KEY)) == OTHER


def test_a_segment_is_not_found_in_the_key_of_another() -> None:
    rows = keyfile.pack({FIRST: SECOND.bytes})
    assert keyfile.find(rows, SECOND) is None
