"""I7: no secret of the portal stands in a log of the data folder.

What is sealed in the database, and the keys, are opened in memory and looked for: as they are, in
base64, and percent-encoded as in an address. What is shorter than eight characters is a word of
every log and is only counted.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import quote
from uuid import UUID

from django.conf import settings

from cctvportal.common.crypto import SealBroken, unseal
from devices.models import Device
from recordings.media.errors import KeyMissing, KeystoreDamaged
from recordings.models import Export, Segment
from recordings.services import volumes
from recordings.services.exports import PASSPHRASE
from recordings.services.verify.survey import Survey

_SHORTEST: Final = 8
_BLOCK: Final = 1 << 20
# A 16-byte key written down: 32 hexadecimal digits, or 22 characters of base64 and two "=".
_LIKE_A_KEY: Final = re.compile(rb"(?<![0-9A-Fa-f])[0-9A-Fa-f]{32}(?![0-9A-Fa-f])")
_LIKE_BASE64: Final = re.compile(rb"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{22}==")
_OVERLAP: Final = 512


def check(survey: Survey) -> None:
    words = _words(survey)
    # Longest first, so that a name tells the whole of what was found.
    spelled = sorted(words, key=len, reverse=True)
    pattern = re.compile(b"|".join(re.escape(word) for word in spelled)) if spelled else None
    suspects: dict[bytes, str] = {}
    for path in _logs():
        survey.count("logs")
        found: set[str] = set()
        for block in _blocks(path):
            survey.count("log_bytes", len(block))
            if pattern is not None:
                found |= {words[match[0]] for match in pattern.finditer(block)}
            suspects |= dict.fromkeys(_like_keys(block), path.name)
        for what in sorted(found):
            survey.violated("I7", f"log {path.name}", f"memuat {what}")
    if suspects:
        _keys_among(survey, suspects)


def _words(survey: Survey) -> dict[bytes, str]:
    """Each way to write each secret, with what it is."""
    found: dict[bytes, str] = {}
    for secret, what in _secrets(survey):
        if len(secret) < _SHORTEST:
            survey.count("secrets_too_short")
            continue
        survey.count("secrets")
        raw = secret.encode()
        for way in (raw, quote(secret, safe="").encode(), base64.b64encode(raw)):
            found[way.rstrip(b"=")] = what
    return found


def _secrets(survey: Survey) -> Iterator[tuple[str, str]]:
    yield settings.PORTAL_MASTER_KEY, "kunci induk"
    yield settings.SECRET_KEY, "kunci Django"
    yield settings.METRICS_TOKEN, "sandi pemantau"
    try:
        for device in Device.objects.exclude(password_sealed=b"").iterator():
            yield device.password, f"kata sandi perangkat {device.pk}"
            yield f"{device.username}:{device.password}", f"kata sandi perangkat {device.pk}"
        for export in Export.objects.exclude(passphrase_sealed=b"").iterator():
            passphrase = unseal(bytes(export.passphrase_sealed), purpose=PASSPHRASE)
            yield passphrase, f"sandi paket {export.number}"
            yield passphrase.replace("-", ""), f"sandi paket {export.number}"
    except SealBroken:
        survey.violated("I7", "kunci induk", "tidak membuka yang disegel di basis data")


def _logs() -> list[Path]:
    folder = Path(settings.PORTAL_DATA_DIR) / "log"
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _blocks(path: Path) -> Iterator[bytes]:
    """The file in pieces that overlap: nothing is missed at an edge. None once it rotated away."""
    tail = b""
    with suppress(FileNotFoundError), path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield tail + block
            tail = block[-_OVERLAP:]


def _like_keys(block: bytes) -> Iterator[bytes]:
    for match in _LIKE_A_KEY.finditer(block):
        yield bytes.fromhex(match[0].decode())
    for match in _LIKE_BASE64.finditer(block):
        yield base64.urlsafe_b64decode(match[0].replace(b"+", b"-").replace(b"/", b"_"))


def _keys_among(survey: Survey, suspects: dict[bytes, str]) -> None:
    """Only when something in a log looks like a key are the keys opened at all."""
    store = volumes.keystore()
    days = Segment.objects.values_list("camera__uuid", "key_day").order_by().distinct()
    for camera, day in list(days):
        try:
            segments: frozenset[UUID] = store.segments(camera, day)
        except KeystoreDamaged:
            continue
        for segment in segments:
            try:
                name = suspects.get(store.get(camera, day, segment))
            except KeyMissing:
                continue
            if name is not None:
                survey.violated("I7", f"log {name}", f"memuat kunci potongan {segment}")
