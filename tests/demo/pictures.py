"""Pictures of a virtual camera, each with the clock that it drew into itself."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import av
import numpy as np

from devices.simulator import strip
from tests.demo.browser import PageError
from tests.demo.office import WIB


@dataclass(frozen=True, slots=True)
class Picture:
    """`at` is the file's own time since its first picture; `taken` what the picture itself says."""

    at: timedelta
    taken: datetime
    counter: int


def pictures(data: bytes, format_name: str | None = None) -> Iterator[Picture]:
    """All of an MP4 or JPEG. Raises StripError where one has no readable strip."""
    zero: int | None = None
    with av.open(io.BytesIO(data), "r", format=format_name) as container:
        for frame in container.decode(video=0):
            if frame.time_base is None:
                raise PageError("rekaman tanpa ukuran waktu")
            pts = frame.pts or 0
            zero = pts if zero is None else zero
            gray = np.asarray(frame.to_ndarray(format="gray"), np.uint8)
            stamp = strip.decode(gray)
            yield Picture(
                at=timedelta(seconds=float((pts - zero) * frame.time_base)),
                taken=datetime.fromtimestamp(stamp.seconds, WIB),
                counter=stamp.counter,
            )
