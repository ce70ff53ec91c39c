"""A strip of blocks in the picture that says when it was taken and which frame it is.

Three rows of 32 bits, each bit one square block: 44 bits UTC milliseconds, 28 bits frame counter,
24 bits checksum. A white column on the left and a black one on the right tell the levels, so that
a picture which was brightened, dimmed or converted to full range still decodes. A block is a
fortieth of the picture's width: one macroblock at 640x360, three at 1920x1080.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.uint8]

MS_BITS, COUNTER_BITS, CHECK_BITS = 44, 28, 24
ROWS, COLUMNS = 3, 32
BLACK, WHITE = 40, 215
MIN_BLOCK = 4
MIN_CONTRAST = 40.0


class StripError(ValueError):
    """The picture holds no readable strip."""


@dataclass(frozen=True, slots=True)
class Stamp:
    utc_ms: int
    counter: int

    @property
    def seconds(self) -> float:
        """Unix time at which the frame was taken."""
        return self.utc_ms / 1000


@dataclass(frozen=True, slots=True)
class Place:
    """Where the strip lies: top left corner and block size, in pixels."""

    x: int
    y: int
    block: int

    @property
    def width(self) -> int:
        return (COLUMNS + 2) * self.block

    @property
    def height(self) -> int:
        return ROWS * self.block

    def cut(self, frame: Plane) -> Plane:
        return frame[self.y : self.y + self.height, self.x : self.x + self.width]


def place(height: int, width: int) -> Place:
    """Place of the strip in a picture of this size. Raises StripError when it is too small."""
    block = width // 40
    if block < MIN_BLOCK or height // block < ROWS + 1:
        raise StripError(f"Gambar {width}x{height} terlalu kecil untuk pita waktu.")
    return Place(x=3 * block, y=(height // block - ROWS - 1) * block, block=block)


def encode(frame: Plane, utc_ms: int, counter: int) -> None:
    """Draw the stamp into a luma plane (height, width), in place.

    The counter wraps at 2**28. Raises StripError when the plane is too small, ValueError when the
    time does not fit.
    """
    if not 0 <= utc_ms < 1 << MS_BITS:
        raise ValueError("utc_ms di luar jangkauan.")
    spot = place(*frame.shape)
    payload = (utc_ms << COUNTER_BITS) | (counter % (1 << COUNTER_BITS))
    code = (payload << CHECK_BITS) | _checksum(payload)
    raw = np.frombuffer(code.to_bytes(ROWS * COLUMNS // 8, "big"), np.uint8)
    blocks = np.empty((ROWS, COLUMNS + 2), np.uint8)
    blocks[:, 0], blocks[:, -1] = WHITE, BLACK
    blocks[:, 1:-1] = np.where(np.unpackbits(raw).reshape(ROWS, COLUMNS), WHITE, BLACK)
    spot.cut(frame)[:] = blocks.repeat(spot.block, 0).repeat(spot.block, 1)


def decode(frame: Plane) -> Stamp:
    """Read the stamp from a gray picture (height, width), after lossy coding and scaling too.

    Raises StripError when there is no strip or its checksum does not match.
    """
    spot = place(*frame.shape)
    block, margin = spot.block, spot.block // 4
    squares = spot.cut(frame).reshape(ROWS, block, COLUMNS + 2, block)
    # Only the middle of each block: its rim takes the ringing of the codec.
    means = squares[:, margin : block - margin, :, margin : block - margin].mean(axis=(1, 3))
    white, black = float(means[:, 0].mean()), float(means[:, -1].mean())
    if white - black < MIN_CONTRAST:
        raise StripError("Pita waktu tidak ada pada gambar ini.")
    bits = means[:, 1:-1] > (white + black) / 2
    code = int.from_bytes(np.packbits(bits).tobytes(), "big")
    payload, check = code >> CHECK_BITS, code & ((1 << CHECK_BITS) - 1)
    if check != _checksum(payload):
        raise StripError("Pita waktu rusak: jumlah ujinya tidak cocok.")
    return Stamp(utc_ms=payload >> COUNTER_BITS, counter=payload & ((1 << COUNTER_BITS) - 1))


def _checksum(payload: int) -> int:
    return zlib.crc32(payload.to_bytes(9, "big")) & ((1 << CHECK_BITS) - 1)
