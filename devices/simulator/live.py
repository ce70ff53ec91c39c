"""Video coded live from a Picture."""

from __future__ import annotations

from fractions import Fraction
from threading import Lock
from typing import TYPE_CHECKING

import av
from av.codec.context import Flags
from av.video.frame import PictureType

from devices.simulator.coded import PARAMETER_TYPES, Coded, Format, nal_type, split_annexb

if TYPE_CHECKING:
    from av.video.codeccontext import VideoCodecContext

    from devices.simulator.picture import Picture


class LiveSource:
    """Codes a Picture with x264: no B-frames, nothing held back, a keyframe each `gop_s`."""

    def __init__(self, picture: Picture, *, fps: float, gop_s: float) -> None:
        rate = Fraction(fps).limit_denominator(1001)
        self._picture, self._step = picture, float(1 / rate)
        self._coder = _coder(picture, rate, max(1, round(fps * gop_s)))
        # A snapshot draws from another thread.
        self._lock = Lock()
        sets = split_annexb(bytes(self._coder.extradata or b""))
        self.format = Format(
            codec="h264",
            parameter_sets=tuple(n for n in sets if nal_type("h264", n) in PARAMETER_TYPES["h264"]),
            width=picture.width,
            height=picture.height,
            fps=float(rate),
        )

    def due(self, n: int) -> float:
        return n * self._step

    def coded(self, n: int, *, taken_at: float, shown_at: float, keyframe: bool = False) -> Coded:
        with self._lock:
            frame = self._picture.draw(taken_at=taken_at, shown_at=shown_at, counter=n)
            frame.pts = n
            frame.pict_type = PictureType.I if keyframe else PictureType.NONE
            (packet,) = self._coder.encode(frame)
        nals = tuple(split_annexb(bytes(packet)))
        if packet.is_keyframe:
            nals = self.format.parameter_sets + nals
        return Coded(nals=nals, keyframe=packet.is_keyframe)

    def jpeg(self, n: int, *, taken_at: float, shown_at: float) -> bytes:
        with self._lock:
            self._picture.draw(taken_at=taken_at, shown_at=shown_at, counter=n)
            return self._picture.jpeg()


def _coder(picture: Picture, rate: Fraction, gop: int) -> VideoCodecContext:
    coder = av.CodecContext.create("libx264", "w")
    coder.width, coder.height, coder.pix_fmt = picture.width, picture.height, "yuv420p"
    # Ticks of one frame, so that the sequence parameter set tells the true rate.
    coder.time_base, coder.framerate = 1 / rate, rate
    coder.thread_count = 1
    coder.flags |= Flags.global_header
    coder.options = {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "profile": "baseline",
        "crf": "24",
        "forced-idr": "1",
        "x264-params": f"keyint={gop}:min-keyint={gop}:scenecut=0:sliced-threads=0",
    }
    coder.open()
    return coder
