"""Reading one segment: its hash, its packets, its pictures.

A wrong key gives an error on some streams and silence on others, and CTR lets bytes be changed
unseen. So nobody here trusts the absence of an exception: the hash says whether these are the
recorded bytes, the frame count whether they were understood.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING

import av

from recordings.media.errors import FrameMismatch, HashMismatch, MediaError
from recordings.media.recovery import Recovered, recover

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

__all__ = [
    "Recovered",
    "frames",
    "opened",
    "packets",
    "prove_key",
    "recover",
    "sound",
    "timed",
    "verify",
]

_BLOCK = 1 << 20
_BUFFER = 1 << 17


def verify(file: Path | int, sha256: str) -> int:
    """Compare a whole file with its recorded hash (64 hex digits); returns its size in bytes.

    A descriptor is read from its start and left there, so that the verified file itself is
    demuxed next, whatever happens to its name. Raises HashMismatch, OSError.
    """
    digest, block = hashlib.sha256(), bytearray(_BLOCK)
    view, size = memoryview(block), 0
    with _raw(file) as raw:
        while taken := raw.readinto(block):
            digest.update(view[:taken])
            size += taken
        raw.seek(0)
    if digest.hexdigest() != sha256:
        raise HashMismatch("Isi berkas rekaman tidak sama dengan saat direkam")
    return size


@contextmanager
def opened(file: Path | int, key: bytes) -> Iterator[InputContainer]:
    """A segment as an open libav container with one video stream, at its start.

    A descriptor stays the caller's. Raises MediaError when this is no segment.
    """
    # The container tells times and keyframes: a parser would only guess them anew.
    options = {"fflags": "noparse+nofillin", "decryption_key": key.hex()}
    with _raw(file) as raw:
        if not os.fstat(raw.fileno()).st_size:
            raise MediaError("Berkas rekaman ini kosong")
        try:
            container = av.open(raw, "r", format="mp4", options=options, buffer_size=_BUFFER)
        except av.FFmpegError as error:
            raise MediaError("Berkas ini bukan segmen rekaman yang dapat dibuka") from error
        with container:
            if not container.streams.video:
                raise MediaError("Berkas ini tidak memuat video")
            yield container


def packets(file: Path | int, key: bytes) -> Iterator[Packet[VideoStream]]:
    """The segment's packets in decoding order; `pts` in 90 kHz ticks. Raises MediaError."""
    with opened(file, key) as container:
        try:
            for packet in container.demux(container.streams.video[0]):
                if packet.size:
                    yield packet
        except av.FFmpegError as error:
            raise MediaError("Segmen rekaman rusak di tengah") from error


def timed(
    packets: Iterator[Packet[VideoStream]],
) -> Iterator[tuple[Packet[VideoStream], int, int]]:
    """Packets with pts and dts counted from the first one's pts. Raises MediaError.

    With reordered frames a segment's own times do not start at zero: only the first frame tells.
    """
    first: int | None = None
    for packet in packets:
        if not packet.size:
            continue
        pts, dts = packet.pts, packet.dts
        if pts is None or dts is None:
            raise MediaError("Segmen ini memuat gambar tanpa waktu")
        first = pts if first is None else first
        yield packet, pts - first, dts - first


def frames(file: Path | int, key: bytes, *, expected: int | None = None) -> Iterator[VideoFrame]:
    """The segment's pictures in order of showing.

    Raises MediaError for a wrong key or damage, FrameMismatch at the end when another number
    than `expected` came out.
    """
    count = 0
    with opened(file, key) as container:
        try:
            for frame in container.decode(container.streams.video[0]):
                count += 1
                yield frame
        except av.FFmpegError as error:
            raise MediaError("Gambar segmen ini tidak dapat dibuka dengan kuncinya") from error
    if expected is not None and count != expected:
        raise FrameMismatch(f"Terbaca {count} gambar, seharusnya {expected}")


def prove_key(file: Path | int, key: bytes) -> None:
    """Make sure that this is the segment's key by decoding, usually one keyframe (milliseconds).

    A camera may send keyframes that a strict decoder finds fault with; then all pictures are
    decoded and half of them must be sound. Under a wrong key hardly one ever is. Raises
    FrameMismatch for a wrong key, MediaError when this is no segment.
    """
    with opened(file, key) as container:
        stream = container.streams.video[0]
        for packet in container.demux(stream):
            if packet.size and packet.is_keyframe and sound(stream, packet):
                return
    good = count = 0
    with opened(file, key) as container:
        stream = container.streams.video[0]
        for packet in container.demux(stream):
            count += packet.size > 0
            try:
                good += sum(not frame.is_corrupt for frame in packet.decode())
            except av.FFmpegError:
                continue
    if not count or good * 2 < count:
        raise FrameMismatch("Gambar segmen ini tidak terbuka dengan kuncinya")


def sound(stream: VideoStream, keyframe: Packet[VideoStream]) -> bool:
    """Whether a strict decoder finds no fault with this keyframe. Leaves the decoder flushed."""
    context = stream.codec_context
    if not context.is_open:
        context.options = {"err_detect": "explode"}
    try:
        pictures = context.decode(keyframe) + context.decode(None)
    except av.FFmpegError:
        return False
    finally:
        context.flush_buffers()
    return bool(pictures) and not pictures[0].is_corrupt


def _raw(file: Path | int) -> FileIO:
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW
    raw = FileIO(os.dup(file) if isinstance(file, int) else os.open(file, flags), "rb")
    raw.seek(0)
    return raw
