"""The Merkle tree hash of RFC 9162, section 2.1.1 (the same as RFC 6962's), over SHA-256.

A leaf is hashed behind a zero byte and a node behind a one, so that no leaf can be passed off as a
node. With n entries the left subtree holds the largest power of two below n; building it level by
level and carrying an odd node up gives the same tree.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256


def root(entries: Iterable[bytes]) -> bytes:
    """The 32 bytes that stand for these entries in this order; of none, the hash of nothing."""
    level = [sha256(b"\x00" + entry).digest() for entry in entries]
    if not level:
        return sha256().digest()
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        above = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
        level = above + level[len(level) - len(level) % 2 :]
    return level[0]
