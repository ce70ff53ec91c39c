"""Watch a stream with libav's own RTSP client, which shares no code with our server."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import av
import numpy as np

from devices.simulator import strip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from av.container import InputContainer

OPTIONS = {"rtsp_transport": "tcp", "probesize": "32", "analyzeduration": "0"}


@dataclass(frozen=True, slots=True)
class Seen:
    stamp: strip.Stamp
    arrived_at: float
    pts: int | None


@contextmanager
def watching(url: str, timeout: float = 5.0) -> Iterator[InputContainer]:
    with av.open(url, options=OPTIONS, timeout=timeout) as container:
        yield container


def seen(container: InputContainer, count: int) -> list[Seen]:
    """The next pictures, decoded, with what their strips say."""
    found = []
    for frame in container.decode(video=0):
        stamp = strip.decode(np.asarray(frame.to_ndarray(format="gray"), np.uint8))
        found.append(Seen(stamp, time.time(), frame.pts))
        if len(found) == count:
            break
    return found
