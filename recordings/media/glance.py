"""What a segment tells without its key: its parameter sets and when its keyframes are shown."""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from recordings.media.boxes import Box, header, samples
from recordings.media.errors import MediaError

_LARGEST_HEAD: Final = 1 << 20
_ENTRY: Final = 78  # bytes of a VisualSampleEntry before its inner boxes (ISO/IEC 14496-12, 12.1.3)
_CONFIGURATIONS: Final = (b"avcC", b"hvcC")  # ISO/IEC 14496-15, 5.3.3 and 8.3.3


def parameters(file: Path) -> str:
    """A fingerprint of the decoder configuration: equal ones share one map in a playlist.

    Reads the head of the file only. Raises MediaError when this is no segment, OSError.
    """
    try:
        stsd = _movie(file).child(b"trak", b"mdia", b"minf", b"stbl", b"stsd")
        entry = next(stsd.inside(8))
        found = next(box for box in entry.inside(_ENTRY) if box.kind in _CONFIGURATIONS)
    except (ValueError, StopIteration, struct.error) as error:
        raise MediaError("Berkas ini bukan segmen rekaman yang dapat dibuka") from error
    return hashlib.sha256(found.body).hexdigest()[:16]


def keyframes(file: Path) -> tuple[float, ...]:
    """When the keyframes are shown, in seconds from the first frame.

    Reads the boxes that tell times, and skips the pictures. Raises MediaError, OSError.
    """
    try:
        ticks = header(_movie(file)).ticks
        shown = [
            sample for kind, body in _walk(file) if kind == b"moof" for sample in _frames(body)
        ]
    except (ValueError, StopIteration, struct.error) as error:
        raise MediaError("Berkas ini bukan segmen rekaman yang dapat dibuka") from error
    first = shown[0][0] if shown else 0
    return tuple((pts - first) / ticks for pts, keyframe in shown if keyframe)


def _frames(body: bytes) -> list[tuple[int, bool]]:
    return [(sample.pts, sample.keyframe) for sample in samples(Box(b"moof", memoryview(body)))]


def _movie(file: Path) -> Box:
    body = next((body for kind, body in _walk(file) if kind == b"moov"), None)
    if body is None:
        raise ValueError("no moov")
    return Box(b"moov", memoryview(body))


def _walk(file: Path) -> Iterator[tuple[bytes, bytes]]:
    """Top-level boxes; the content of those with pictures is not read."""
    descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    with os.fdopen(descriptor, "rb") as raw:
        while head := raw.read(8):
            if len(head) < 8:
                return
            yield head[4:8], _content(raw, int.from_bytes(head[:4], "big") - 8, head[4:8])


def _content(raw: BinaryIO, length: int, kind: bytes) -> bytes:
    if length < 0:
        raise ValueError("torn box")
    if kind in (b"moov", b"moof"):
        if length > _LARGEST_HEAD:
            raise ValueError("box too large")
        return raw.read(length)
    raw.seek(length, os.SEEK_CUR)
    return b""
