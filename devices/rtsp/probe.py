"""A few seconds of a stream, to tell an officer what a camera really sends."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from devices.rtsp.session import Session
from devices.rtsp.units import CLOCK_RATE

if TYPE_CHECKING:
    from devices.rtsp.endpoint import Endpoint
    from devices.rtsp.sps import Codec
    from devices.rtsp.units import AccessUnit

_ENOUGH, _MOST = 3.0, 6.0  # seconds of stream
_KEYFRAME_PATIENCE = 21.0  # smart codecs send one every 20 s, and not every camera one at once


@dataclass(frozen=True, slots=True)
class Probe:
    """`width`, `height` and `fps` are 0 when unknown.

    `keyframe_interval_s` is None when the camera sent fewer than two keyframes in 6 s,
    `clock_error_s` (camera minus ours, positive when the camera is ahead) without a sender report.
    """

    codec: Codec
    width: int
    height: int
    fps: float
    keyframe_interval_s: float | None
    clock_error_s: float | None


@dataclass(slots=True)
class _Measure:
    times: list[int] = field(default_factory=list)
    keyframes: list[int] = field(default_factory=list)
    clock_errors: list[float] = field(default_factory=list)

    def add(self, unit: AccessUnit) -> None:
        self.times.append(unit.pts)
        if unit.keyframe:
            self.keyframes.append(unit.pts)
        if unit.camera_time is not None:
            self.clock_errors.append(unit.camera_time - unit.arrived_at)

    @property
    def complete(self) -> bool:
        return len(self.keyframes) > 1 and bool(self.clock_errors)


def probe(endpoint: Endpoint) -> Probe:
    """Watch a stream for 3 to 6 s. Raises RtspError as Session does."""
    measure = _Measure()
    with Session(endpoint, keyframe_timeout=_KEYFRAME_PATIENCE) as session:
        started = 0.0
        for unit in session.units():
            now = time.monotonic()
            started = started or now
            measure.add(unit)
            if now - started >= (_ENOUGH if measure.complete else _MOST):
                break
        track = session.track
    # A frame sent late shifts its own error only; the least lateness is nearest to the truth.
    errors = measure.clock_errors
    return Probe(
        codec=track.codec,
        width=track.width,
        height=track.height,
        fps=_rate(measure.times),
        keyframe_interval_s=_interval(measure.keyframes),
        clock_error_s=round(max(errors), 3) if errors else None,
    )


def _rate(times: list[int]) -> float:
    """Pictures a second; the whole range counts, since many cameras jitter from one to the next."""
    span = max(times) - min(times) if times else 0
    return round((len(times) - 1) * CLOCK_RATE / span, 2) if span else 0.0


def _interval(keyframes: list[int]) -> float | None:
    steps = [b - a for a, b in pairwise(keyframes)]
    return round(statistics.median(steps) / CLOCK_RATE, 3) if steps else None
