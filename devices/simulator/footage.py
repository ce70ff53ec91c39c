"""Makes the MP4 loops that benches and H.265 cameras play."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import av
import numpy as np

from devices.simulator import strip

if TYPE_CHECKING:
    from pathlib import Path

    from av.video.stream import VideoStream

    from devices.simulator.coded import Codec
    from devices.simulator.strip import Plane

ENCODERS: dict[Codec, Literal["libx264", "libx265"]] = {"h264": "libx264", "h265": "libx265"}


def make_loop(
    folder: Path,
    *,
    codec: Codec = "h264",
    size: tuple[int, int] = (1920, 1080),
    fps: int = 25,
    seconds: int = 10,
    bitrate: int = 3_600_000,
    gop_s: int = 2,
) -> Path:
    """Make a loop of moving noise near this bit rate (bits per second), unless it is there already.

    Every frame carries a strip: milliseconds from the loop's start, and the frame's index. Ten
    seconds of 1080p take about three CPU seconds. Returns the file; its name tells the settings.
    """
    name = f"loop-{codec}-{size[0]}x{size[1]}-{fps}-{bitrate // 1000}k-{seconds}s-{gop_s}.mp4"
    done = folder / name
    if done.exists():
        return done
    part = done.with_suffix(".part")
    with av.open(str(part), "w", format="mp4") as container:
        stream = container.add_stream(
            ENCODERS[codec], rate=fps, options=_options(codec, bitrate, gop=fps * gop_s)
        )
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        if codec == "h265":
            stream.codec_context.codec_tag = "hvc1"
        stream.thread_count = 1
        _write(container, stream, frames=fps * seconds, fps=fps)
    part.rename(done)
    return done


def _options(codec: Codec, bitrate: int, *, gop: int) -> dict[str, str]:
    rate = str(bitrate)
    common = {"preset": "ultrafast", "tune": "zerolatency", "b": rate, "maxrate": rate}
    common["bufsize"] = str(bitrate * 2)
    keys = f"keyint={gop}:min-keyint={gop}:scenecut=0"
    if codec == "h264":
        return common | {"x264-params": keys}
    return common | {"x265-params": f"{keys}:bframes=0:pools=none:log-level=none"}


def _write(
    container: av.container.OutputContainer, stream: VideoStream, *, frames: int, fps: int
) -> None:
    width, height = stream.width, stream.height
    textures = _textures(height, width)
    frame = av.VideoFrame(width, height, "yuv420p")
    for plane in frame.planes[1:]:
        plane.update(bytes([128]) * plane.buffer_size)
    luma = frame.planes[0]
    whole: Plane = np.frombuffer(memoryview(luma), np.uint8)
    picture = whole.reshape(luma.height, luma.line_size)[:, :width]
    for k in range(frames):
        slide = 4 * k % 64
        picture[:] = textures[k % len(textures)][:, slide : slide + width]
        strip.encode(picture, 1000 * k // fps, k)
        frame.pts = k
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def _textures(height: int, width: int) -> list[Plane]:
    """Still rooms with a band of fresh noise each: something new to code in every frame."""
    rng = np.random.default_rng(1)
    coarse = rng.integers(60, 190, (height // 8 + 1, width // 8 + 9), np.uint8)
    room = coarse.repeat(8, 0).repeat(8, 1)[:height, : width + 64]
    found = []
    for k in range(8):
        texture = room.copy()
        band = slice(height // 10 * k, height // 10 * (k + 1))
        noise = rng.integers(0, 24, texture[band].shape, np.uint8)
        texture[band] += noise
        found.append(texture)
    return found
