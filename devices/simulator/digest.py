"""Digest authentication as cameras ask for it (RFC 7616 without qop, RFC 2326 14.4)."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from devices.simulator.condition import Condition

REALM = "kamera"
NONCE_LIFE = 300  # seconds
FIELDS = re.compile(r'(\w+)\s*=\s*(?:"([^"]*)"|([^\s,]+))')


@dataclass(slots=True)
class Guard:
    """Gives out nonces that it can recognise again without keeping them."""

    condition: Condition
    algorithm: Literal["MD5", "SHA-256"] = "MD5"
    _secret: bytes = field(default_factory=lambda: secrets.token_bytes(16), repr=False)

    def challenge(self, *, stale: bool = False) -> str:
        """Value of a WWW-Authenticate header."""
        made = f"{int(time.time()):x}"
        nonce = f"{made}.{self._seal(made)}"
        tail = ", stale=true" if stale else ""
        return f'Digest realm="{REALM}", nonce="{nonce}", algorithm={self.algorithm}{tail}'

    def refuse(self, method: str, uri: str, header: str) -> str | None:
        """None when the Authorization header opens this request, else the new challenge."""
        if not self.condition.accounts and not self.condition.refusing:
            return None
        given = {m[1].lower(): m[2] or m[3] or "" for m in FIELDS.finditer(header)}
        made, _, seal = given.get("nonce", "").partition(".")
        password = self.condition.password(given.get("username", ""))
        ours = hmac.compare_digest(seal.encode(), self._seal(made).encode())
        if password is None or not ours or given.get("uri") != uri:
            return self.challenge()
        response = self._response(method, given, password)
        if not hmac.compare_digest(response.encode(), given.get("response", "").encode()):
            return self.challenge()
        if time.time() - int(made, 16) > NONCE_LIFE:
            return self.challenge(stale=True)
        return None

    def _response(self, method: str, given: dict[str, str], password: str) -> str:
        name, nonce, uri = given.get("username", ""), given["nonce"], given["uri"]
        secret = self._hash(f"{name}:{REALM}:{password}")
        return self._hash(f"{secret}:{nonce}:{self._hash(f'{method}:{uri}')}")

    def _hash(self, text: str) -> str:
        return hashlib.new(self.algorithm.replace("-", ""), text.encode()).hexdigest()

    def _seal(self, made: str) -> str:
        return hmac.new(self._secret, made.encode(), "sha256").hexdigest()[:24]
