"""Basic and Digest access authentication (RFC 7617, RFC 7616; RFC 2069 where qop is missing).

Texts of the camera are its bytes read as latin-1, as in `message`, and go back as such.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from devices.rtsp.endpoint import Endpoint

_PAIR = re.compile(
    r'(?:\b(Digest|Basic)[ \t]+)?([A-Za-z-]{1,32})[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s",]*))',
    re.IGNORECASE,
)
_BARE = re.compile(r"[ \t]*Basic[ \t]*", re.IGNORECASE)
_STRENGTH = {"sha-256": 2, "md5": 1}


@dataclass(frozen=True, slots=True)
class Challenge:
    """One way in that the camera offers."""

    scheme: str
    realm: str = ""
    nonce: str = ""
    opaque: str | None = None
    algorithm: str = ""
    qop: frozenset[str] | None = None
    stale: bool = False

    @property
    def strength(self) -> int:
        """3 and 2: Digest with SHA-256 and MD5; 1: Basic; 0: we cannot answer it."""
        if self.scheme == "basic":
            return 1
        if not self.nonce or (self.qop is not None and "auth" not in self.qop):
            return 0
        rank = _STRENGTH.get(self.algorithm, 0)
        return rank + 1 if rank else 0


def challenges(values: Iterable[str]) -> list[Challenge]:
    """Read all WWW-Authenticate values; one value may hold several challenges."""
    found: list[tuple[str, dict[str, str]]] = []
    for value in values:
        if _BARE.fullmatch(value):
            found.append(("basic", {}))
        for match in _PAIR.finditer(value):
            if match[1]:
                found.append((match[1].lower(), {}))
            if found:
                quoted = match[3]
                text = match[4] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
                found[-1][1].setdefault(match[2].lower(), text)
    return [_challenge(scheme, fields) for scheme, fields in found]


def _challenge(scheme: str, fields: Mapping[str, str]) -> Challenge:
    qop = fields.get("qop")
    return Challenge(
        scheme=scheme,
        realm=fields.get("realm", ""),
        nonce=fields.get("nonce", ""),
        opaque=fields.get("opaque"),
        algorithm=fields.get("algorithm", "MD5").lower(),
        qop=frozenset(qop.lower().replace(",", " ").split()) or None if qop else None,
        stale=fields.get("stale", "").lower() == "true",
    )


class Authorizer:
    """Answers challenges for one endpoint; the strongest that we can answer wins."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._challenge: Challenge | None = None
        self._count = 0
        self._proven = False

    def accept(self, values: Iterable[str]) -> bool:
        """Take a 401 to heart; False when there is nothing new that we could try."""
        best = max(challenges(values), key=lambda each: each.strength, default=None)
        if best is None or not best.strength or not self._endpoint.username:
            return False
        if self._challenge is not None and not self._outdated(best):
            return False
        self._challenge, self._count = best, 0
        return True

    def accepted(self) -> None:
        """A request went through. That proves the password only if the request carried it."""
        self._proven = self._challenge is not None

    def _outdated(self, fresh: Challenge) -> bool:
        """True when our last answer was refused for its nonce only, not for the password."""
        known = self._challenge
        changed = known is not None and fresh.nonce != known.nonce
        return changed and fresh.scheme == "digest" and (fresh.stale or self._proven)

    def header(self, method: str, uri: str) -> str | None:
        """Value of the Authorization header, None before the first challenge."""
        challenge = self._challenge
        if challenge is None:
            return None
        name, password = _bytes_of(self._endpoint.username), _bytes_of(self._endpoint.password)
        if challenge.scheme == "basic":
            return "Basic " + base64.b64encode(f"{name}:{password}".encode("latin-1")).decode()
        self._count += 1
        return _digest(challenge, name, password, (method, uri), f"{self._count:08x}")


def _digest(
    challenge: Challenge,
    name: str,
    password: str,
    request: tuple[str, str],
    count: str,
) -> str:
    def hashed(*parts: str) -> str:
        data = ":".join(parts).encode("latin-1")
        if challenge.algorithm == "sha-256":
            return hashlib.sha256(data).hexdigest()
        return hashlib.md5(data, usedforsecurity=False).hexdigest()

    secret = hashed(name, challenge.realm, password)
    asked = hashed(*request)
    fields = [("username", name), ("realm", challenge.realm), ("nonce", challenge.nonce)]
    fields.append(("uri", request[1]))
    tail = ""
    if challenge.qop is None:
        fields.append(("response", hashed(secret, challenge.nonce, asked)))
    else:
        ours = secrets.token_hex(8)
        response = hashed(secret, challenge.nonce, count, ours, "auth", asked)
        fields += [("response", response), ("cnonce", ours)]
        tail = f", qop=auth, nc={count}"
    if challenge.opaque is not None:
        fields.append(("opaque", challenge.opaque))
    if challenge.algorithm != "md5":
        tail += ", algorithm=SHA-256"
    return "Digest " + ", ".join(f'{key}="{_quote(text)}"' for key, text in fields) + tail


def _bytes_of(text: str) -> str:
    """A text of ours as UTF-8 (RFC 7617 section 2.1), each byte one character."""
    return text.encode().decode("latin-1")


def _quote(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
