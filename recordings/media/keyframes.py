"""Stills for pages, by libav alone: numpy and OpenCV are for checks, not for showing."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
from av.video.codeccontext import VideoCodecContext

from recordings.media import reader
from recordings.media.errors import FrameMismatch
from recordings.media.run import TICKS

if TYPE_CHECKING:
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream


def picture(file: Path | int, key: bytes, at_s: float) -> tuple[VideoFrame, float]:
    """The keyframe at or before `at_s` (the first one, if all come later) and its own time.

    Times are seconds from the segment's first frame. Raises FrameMismatch when it does not open
    with this key, MediaError.
    """
    chosen: Packet[VideoStream] | None = None
    chosen_at = 0
    with reader.opened(file, key) as container:
        stream = container.streams.video[0]
        for packet, pts, _ in reader.timed(container.demux(stream)):
            if chosen is not None and pts > at_s * TICKS:
                break
            if packet.is_keyframe:
                chosen, chosen_at = packet, pts
        pictures: list[VideoFrame] = []
        if chosen is not None:
            context = stream.codec_context
            try:
                pictures = context.decode(chosen) + context.decode(None)
            except av.FFmpegError as error:
                raise FrameMismatch("Gambar ini tidak terbuka dengan kuncinya") from error
    if not pictures:
        raise FrameMismatch("Gambar ini tidak terbuka dengan kuncinya")
    return pictures[0], chosen_at / TICKS


def jpeg(file: Path | int, key: bytes, at_s: float, width: int = 640) -> bytes:
    """A still of the keyframe at or before `at_s`, at most `width` pixels wide (JPEG).

    Raises FrameMismatch when it does not open with this key, MediaError.
    """
    frame, _ = picture(file, key, at_s)
    return encode(frame, width)


def encode(frame: VideoFrame, width: int) -> bytes:
    """A decoded picture as JPEG, at most `width` pixels wide, its shape kept."""
    wide = max(2, min(width, frame.width) // 2 * 2)
    high = max(2, round(frame.height * wide / frame.width / 2) * 2)
    small = frame.reformat(width=wide, height=high, format="yuvj420p", dst_color_range="JPEG")
    small.pts = 0
    encoder = VideoCodecContext.create("mjpeg", "w")
    if not isinstance(encoder, VideoCodecContext):
        raise TypeError("libav has no JPEG encoder")
    encoder.width, encoder.height = wide, high
    encoder.pix_fmt = "yuvj420p"
    encoder.time_base = Fraction(1, 25)
    encoder.options = {"qmin": "4", "qmax": "4", "huffman": "optimal"}
    return b"".join(bytes(packet) for packet in encoder.encode(small) + encoder.encode(None))
