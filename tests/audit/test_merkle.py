from __future__ import annotations

from hashlib import sha256

import pytest

from cctvportal.audit import merkle

# The entries and roots that the logs of Certificate Transparency test themselves with.
ENTRIES = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("count", range(1, 9))
def test_root_is_the_one_that_others_compute(count: int) -> None:
    entries = [bytes.fromhex(one) for one in ENTRIES[:count]]
    assert merkle.root(entries).hex() == ROOTS[count - 1]


def by_definition(entries: list[bytes]) -> bytes:
    """RFC 9162, 2.1.1, word for word."""
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    k = 1
    while k * 2 < len(entries):
        k *= 2
    return sha256(b"\x01" + by_definition(entries[:k]) + by_definition(entries[k:])).digest()


@pytest.mark.parametrize("count", [0, *range(9, 70)])
def test_root_of_any_number_is_the_recursive_one(count: int) -> None:
    entries = [bytes([n]) for n in range(count)]
    assert merkle.root(entries) == by_definition(entries)


def test_order_and_every_byte_count() -> None:
    assert len({merkle.root([b"a", b"b"]), merkle.root([b"b", b"a"]), merkle.root([b"ab"])}) == 3
