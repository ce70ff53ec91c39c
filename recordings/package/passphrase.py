"""Passphrases that a person reads from paper and types: 100 bits in 20 characters.

The alphabet is Crockford's base 32: digits, and letters without I, L, O, U. What is easily misread
then has one meaning only, so that `normalise` can forgive it, and 7-Zip, which forgives nothing,
is served by one sentence on the paper: 0 and 1 are always digits.
"""

from __future__ import annotations

import re
import secrets
from typing import Final

from recordings.package.errors import Fault, PackageError

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH: Final = 20
_GROUP: Final = 4
_SEPARATORS: Final = re.compile(r"[\s\-\u00ad\u2010-\u2015\u2212_.]+")
_MISREAD: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})


def make() -> str:
    """A new passphrase, "XXXX-XXXX-XXXX-XXXX-XXXX"; the dashes belong to it."""
    return _grouped("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)))


def normalise(typed: str) -> str:
    """The form that `make` gave, from what was typed: case, spaces, dashes, O for 0, I or L for 1.

    Raises PackageError(BAD_PASSPHRASE) if it cannot have been made here.
    """
    plain = _SEPARATORS.sub("", typed[:200]).upper().translate(_MISREAD)
    if len(plain) != LENGTH or not set(plain) <= set(ALPHABET):
        raise PackageError(Fault.BAD_PASSPHRASE)
    return _grouped(plain)


def _grouped(plain: str) -> str:
    return "-".join(plain[at : at + _GROUP] for at in range(0, LENGTH, _GROUP))
