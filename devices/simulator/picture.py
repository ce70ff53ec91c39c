"""The camera's picture: a still room, a visitor who walks, name, clock and time strip.

One video frame is reused for ever. Each tick touches only the visitor, the strip and, once a
second, the clock; copying whole pictures would cost more than coding them.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import av
import cv2
import numpy as np

from devices.simulator import strip

if TYPE_CHECKING:
    from devices.simulator.strip import Plane

WIB = timezone(timedelta(hours=7), "WIB")
WALK_S = 16.0  # the visitor crosses the room and comes back
TEXT, PAPER = 235, 24


class Picture:
    """Draws frames of one camera, each for the moment it is asked for.

    `size` is width and height, both even; `seed` makes one room differ from another.
    """

    def __init__(self, name: str, *, size: tuple[int, int] = (640, 360), seed: int = 0) -> None:
        self.width, self.height = size
        strip.place(self.height, self.width)
        self.frame = av.VideoFrame(self.width, self.height, "yuv420p")
        self._y, self._u, self._v = (_plane(self.frame, i) for i in range(3))
        self._second = -1
        self._unit = self.height // 15
        self._visitor_x = 0
        self._furnish(np.random.default_rng(seed))
        self._label(name, self._unit // 2)
        self._room = tuple(p.copy() for p in (self._y, self._u, self._v))

    def draw(self, *, taken_at: float, shown_at: float, counter: int) -> av.VideoFrame:
        """The frame taken at `taken_at`; both are unix seconds.

        `shown_at` is what the camera's own clock said, which a test may have set wrong: only the
        clock in the picture follows it, the strip always tells the truth. The same frame object
        comes back each time, valid until the next call.
        """
        self._walk(taken_at)
        if int(shown_at) != self._second:
            self._second = int(shown_at)
            at = datetime.fromtimestamp(self._second, WIB)
            self._label(f"{at:%Y-%m-%d %H:%M:%S} WIB", self._unit * 2)
        strip.encode(self._y, round(taken_at * 1000), counter)
        return self.frame

    def jpeg(self) -> bytes:
        """The frame as it stands, as a JPEG file."""
        flat = np.concatenate([plane.reshape(-1) for plane in (self._y, self._u, self._v)])
        picture = cv2.cvtColor(flat.reshape(-1, self.width), cv2.COLOR_YUV2BGR_I420)
        return cv2.imencode(".jpg", picture)[1].tobytes()

    def _furnish(self, rng: np.random.Generator) -> None:
        rows, columns = np.linspace(60, 120, self.height), np.linspace(0, 50, self.width)
        self._y[:] = np.add.outer(rows, columns).astype(np.uint8)
        self._u[:], self._v[:] = rng.integers(118, 139, 2)
        for _ in range(30):
            wide, high = rng.integers(self.width // 40, self.width // 8, 2)
            x = int(rng.integers(0, self.width - wide)) // 2 * 2
            y = int(rng.integers(0, self.height - high)) // 2 * 2
            cv2.rectangle(self._y, (x, y), (x + wide, y + high), int(rng.integers(40, 210)), -1)
            cv2.rectangle(self._y, (x, y), (x + wide, y + high), int(rng.integers(20, 235)), 2)
            half = np.s_[y // 2 : (y + high) // 2, x // 2 : (x + wide) // 2]
            self._u[half], self._v[half] = rng.integers(100, 157, 2)
        spot = strip.place(self.height, self.width)
        self._neutral(spot.x, spot.y, spot.width, spot.height)
        for top in (self._unit // 2, self._unit * 2):
            self._neutral(self._unit, top, self._unit * 18, self._unit)

    def _neutral(self, x: int, y: int, width: int, height: int) -> None:
        half = np.s_[y // 2 : (y + height) // 2, x // 2 : (x + width) // 2]
        self._u[half] = self._v[half] = 128

    def _label(self, text: str, top: int) -> None:
        box = self._y[top : top + self._unit, self._unit : self._unit * 19]
        box[:] = PAPER
        # Hershey capitals are 21 units high at scale 1.
        scale, base = self._unit * 0.7 / 21, round(self._unit * 0.82)
        thick = max(1, self._unit // 20)
        cv2.putText(box, text, (4, base), cv2.FONT_HERSHEY_SIMPLEX, scale, TEXT, thick, cv2.LINE_AA)

    def _walk(self, at: float) -> None:
        unit, phase = self._unit, at % WALK_S / WALK_S
        reach = self.width - 3 * unit
        x = int(reach * (1 - abs(2 * phase - 1))) // 2 * 2
        top, high, wide = self._unit * 5 // 2 * 2, unit * 5 // 2 * 2, unit * 2
        for plane, room, shade, half in zip(
            (self._y, self._u, self._v), self._room, (180, 96, 168), (1, 2, 2), strict=True
        ):
            rows = slice(top // half, (top + high) // half)
            old = slice(self._visitor_x // half, (self._visitor_x + wide) // half)
            plane[rows, old] = room[rows, old]
            plane[rows, x // half : (x + wide) // half] = shade
        self._visitor_x = x


def _plane(frame: av.VideoFrame, index: int) -> Plane:
    """The plane of a frame as an array that shares its memory."""
    plane = frame.planes[index]
    whole: Plane = np.frombuffer(memoryview(plane), np.uint8)
    return whole.reshape(plane.height, plane.line_size)[:, : plane.width]
