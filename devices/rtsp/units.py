"""What a session hands out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from devices.rtsp.sps import Codec

CLOCK_RATE = 90_000


@dataclass(frozen=True, slots=True)
class Track:
    """The video of a stream. Sets carry no start codes and are () until they are known."""

    codec: Codec
    parameter_sets: tuple[bytes, ...]
    clock_rate: int = CLOCK_RATE
    width: int = 0
    height: int = 0


@dataclass(slots=True)
class AccessUnit:
    """One picture in decoding order.

    `data` is Annex B with 4-byte start codes; parameter sets stand in front (behind a delimiter,
    if there is one), on keyframes always all that are in force. `pts` and `dts` are 90 kHz ticks
    with the 32-bit wrap undone. `arrived_at` is our unix time when the last packet was read;
    `camera_time` the camera's by its latest sender report, None before the first one.
    `parameter_sets` is the same tuple object for as long as nothing changes.

    `lost_s` is not 0 on the first unit behind a damage only: a keyframe, shown so many seconds
    after the last unit before it. What lay between was lost on the way, or could not be decoded.
    """

    data: bytes
    pts: int
    dts: int
    keyframe: bool
    arrived_at: float
    parameter_sets: tuple[bytes, ...]
    camera_time: float | None
    lost_s: float = 0.0


@dataclass(slots=True)
class Stats:
    """Counters of one session; written by its thread, readable from any."""

    packets: int = 0
    received_bytes: int = 0  # of the connection
    malformed: int = 0
    lost_packets: int = 0  # by gaps in the sequence numbers
    dropped_units: int = 0  # damaged, or in need of a damaged one, after the first keyframe
    units: int = 0
