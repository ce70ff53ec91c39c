from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordings.package import passphrase
from recordings.package.errors import Fault, PackageError

alphabet = st.sampled_from(passphrase.ALPHABET)


def test_passphrase_has_a_hundred_bits_in_groups_of_four() -> None:
    made = {passphrase.make() for _ in range(200)}
    assert len(made) == 200
    assert all(re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}", m) for m in made)
    assert len(set("".join(made)) - {"-"}) == 32


@given(st.lists(alphabet, min_size=20, max_size=20), st.data())
def test_typing_habits_are_forgiven(plain: list[str], data: st.DataObject) -> None:
    made = passphrase.normalise("".join(plain))
    misread = {"0": "0Oo", "1": "1IiLl"}
    typed = [data.draw(st.sampled_from(misread.get(c, c + c.lower()))) for c in plain]
    gaps = [data.draw(st.sampled_from(["", " ", "-", "\u2013", "\n", "  "])) for _ in plain]
    assert passphrase.normalise("".join(map("".join, zip(gaps, typed, strict=True)))) == made
    assert made.replace("-", "") == "".join(plain)


@pytest.mark.parametrize("typed", ["", "0" * 19, "0" * 21, "U" * 20, "\u0660" * 20, "0" * 10_000])
def test_what_was_never_made_is_refused(typed: str) -> None:
    with pytest.raises(PackageError) as caught:
        passphrase.normalise(typed)
    assert caught.value.fault is Fault.BAD_PASSPHRASE
