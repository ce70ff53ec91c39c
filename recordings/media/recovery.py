"""What a segment torn by a kill or a power cut still holds, told without its key."""

from __future__ import annotations

import hashlib
import os
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recordings.media import boxes
from recordings.media.errors import MediaError

if TYPE_CHECKING:
    from pathlib import Path

    from recordings.media.boxes import Header, Sample
    from recordings.media.template import Codec

_BLOCK = 1 << 20
_LARGEST_INDEX = 16 << 20
_CODECS: dict[bytes, Codec] = {b"avc1": "h264", b"hvc1": "h265", b"hev1": "h265"}


@dataclass(frozen=True, slots=True)
class Recovered:
    """Facts about the whole fragments of a torn segment.

    `whole_bytes` is where the last of them ends, `sha256` the hash of the file up to there: cut
    the file to `whole_bytes` and it is a segment like any other. `keyframes` are seconds from the
    first frame, `duration_s` runs to the end of the last.
    """

    frames: int
    duration_s: float
    keyframes: tuple[float, ...]
    codec: Codec
    width: int
    height: int
    bytes: int
    whole_bytes: int
    sha256: str


def recover(file: Path | int) -> Recovered:
    """Look what a `.part` left by a killed recorder still holds. Pictures are not opened.

    Raises MediaError when not even one group of pictures is whole, OSError.
    """
    fd = os.dup(file) if isinstance(file, int) else os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    try:
        size = os.fstat(fd).st_size
        try:
            head, frames, whole = _scan(fd, size)
            codec = _CODECS[head.format]
            first = frames[0].pts
        except (ValueError, IndexError, KeyError, StopIteration, struct.error) as error:
            raise MediaError("Berkas ini tidak memuat satu bagian rekaman yang utuh") from error
        return Recovered(
            frames=len(frames),
            duration_s=(max(f.pts + f.duration for f in frames) - first) / head.ticks,
            keyframes=tuple((f.pts - first) / head.ticks for f in frames if f.keyframe),
            codec=codec,
            width=head.width,
            height=head.height,
            bytes=size,
            whole_bytes=whole,
            sha256=_sha256(fd, whole),
        )
    finally:
        os.close(fd)


def _scan(fd: int, size: int) -> tuple[Header, list[Sample], int]:
    """Header, frames of the whole fragments, and the offset behind the last whole one."""
    head: Header | None = None
    frames: list[Sample] = []
    pending: list[Sample] = []
    at = whole = 0
    while at + 8 <= size:
        length, kind = struct.unpack(">I4s", os.pread(fd, 8, at))
        if length < 8 or at + length > size:
            break
        if kind in (b"moov", b"moof"):
            if length > _LARGEST_INDEX:
                raise ValueError("index too large")
            box = boxes.Box(kind, memoryview(os.pread(fd, length, at))[8:])
            if kind == b"moov":
                head = boxes.header(box)
            else:
                pending = boxes.samples(box)
        at += length
        if kind != b"moof":
            frames += pending
            pending, whole = [], at
    if head is None:
        raise ValueError("no header")
    return head, frames, whole


def _sha256(fd: int, size: int) -> str:
    digest, at = hashlib.sha256(), 0
    while at < size and (block := os.pread(fd, min(_BLOCK, size - at), at)):
        digest.update(block)
        at += len(block)
    return digest.hexdigest()
