"""Seals small secrets under the master key, which lies outside the database.

AES-256-GCM (NIST SP 800-38D); the key of each purpose is derived by HKDF-SHA256 (RFC 5869), so
that a value sealed for one purpose never opens for another.
"""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_NONCE = 12


class SealBroken(Exception):  # noqa: N818 - named for what happened
    """The sealed value was altered, or was sealed under another key or purpose."""


def _cipher(purpose: str) -> AESGCM:
    master = bytes.fromhex(settings.PORTAL_MASTER_KEY)
    return AESGCM(HKDF(SHA256(), 32, None, purpose.encode()).derive(master))


def seal(value: str, *, purpose: str) -> bytes:
    """`value` as nonce + ciphertext + tag."""
    nonce = os.urandom(_NONCE)
    return nonce + _cipher(purpose).encrypt(nonce, value.encode(), None)


def unseal(sealed: bytes, *, purpose: str) -> str:
    """The value that `seal` was given. Raises SealBroken."""
    raw = bytes(sealed)
    try:
        return _cipher(purpose).decrypt(raw[:_NONCE], raw[_NONCE:], None).decode()
    except InvalidTag:
        raise SealBroken(purpose) from None
