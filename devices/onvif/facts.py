"""What a camera says about itself: claims of a device, cut to sane sizes, not proofs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Identity:
    manufacturer: str
    model: str
    firmware: str
    serial: str


@dataclass(frozen=True, slots=True)
class Profile:
    """One stream that the camera offers; a number the camera does not tell is 0.

    `codec` is lower case as in `Track.codec` of devices.rtsp ("h264", "h265"), or "jpeg", "mpeg4".
    """

    token: str
    name: str
    codec: str
    width: int
    height: int
    fps: float
    bitrate_kbps: int
