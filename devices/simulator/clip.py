"""Video looped for ever from an MP4 file, on a live timeline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import av
import cv2

from devices.simulator.coded import Coded, Format, join_annexb, parse_configuration, split_sized

if TYPE_CHECKING:
    from pathlib import Path

    from av.video.codeccontext import VideoCodecContext
    from av.video.stream import VideoStream


@dataclass(frozen=True, slots=True)
class Clip:
    """A whole file in memory: pictures, and for each the seconds from the start."""

    format: Format
    pictures: tuple[Coded, ...]
    times: tuple[float, ...]
    duration: float

    @classmethod
    def load(cls, path: Path) -> Clip:
        """Read an MP4 whose video is H.264 or H.265. Raises ValueError for anything else."""
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            context = stream.codec_context
            if context.name not in {"h264", "hevc"}:
                raise ValueError(f"Berkas {path.name} bukan H.264 atau H.265.")
            packets = [p for p in container.demux(stream) if p.dts is not None]
            name, record = context.name, bytes(context.extradata or b"")
            width, height = context.width, context.height
        if len(packets) < 2 or not packets[0].is_keyframe:
            raise ValueError(f"Berkas {path.name} harus mulai dengan keyframe.")
        sets, size = parse_configuration("h264" if name == "h264" else "h265", record)
        pictures = tuple(_picture(packet, sets, size) for packet in packets)
        start = packets[0].dts or 0
        times = tuple(float(((p.dts or 0) - start) * p.time_base) for p in packets)
        form = Format(
            codec="h264" if name == "h264" else "h265",
            parameter_sets=sets,
            width=width,
            height=height,
            fps=round((len(times) - 1) / times[-1], 3),
        )
        return cls(form, pictures, times, duration=times[-1] * len(times) / (len(times) - 1))

    def due(self, n: int) -> float:
        lap, k = divmod(n, len(self.times))
        return lap * self.duration + self.times[k]

    def coded(self, n: int, *, taken_at: float, shown_at: float, keyframe: bool = False) -> Coded:  # noqa: ARG002 - what a file shows was settled long ago
        return self.pictures[n % len(self.pictures)]

    def jpeg(self, n: int, *, taken_at: float, shown_at: float) -> bytes:  # noqa: ARG002 - as above
        k = n % len(self.pictures)
        while not self.pictures[k].keyframe:
            k -= 1
        name = "h264" if self.format.codec == "h264" else "hevc"
        decoder = cast("VideoCodecContext", av.CodecContext.create(name, "r"))
        data = join_annexb(self.pictures[k].nals)
        (frame, *_) = [*decoder.decode(av.Packet(data)), *decoder.decode(None)]
        return cv2.imencode(".jpg", frame.to_ndarray(format="bgr24"))[1].tobytes()


def _picture(packet: av.Packet[VideoStream], sets: tuple[bytes, ...], size: int) -> Coded:
    nals = tuple(split_sized(bytes(packet), size))
    shown, turn = packet.pts or 0, packet.dts or 0
    return Coded(
        nals=sets + nals if packet.is_keyframe else nals,
        keyframe=packet.is_keyframe,
        delay=float((shown - turn) * packet.time_base),
    )
