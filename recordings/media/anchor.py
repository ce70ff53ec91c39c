"""When a frame was taken, told by when frames arrive (devices.md 5)."""

from __future__ import annotations

from math import inf

TICKS = 90_000


class Anchor:
    """The wall time of pts 0 in one session: the least delayed arrival tells it best.

    Delays only ever make a frame late, so the minimum of arrival minus pts is nearest to the
    truth. Only the present segment and the one before count, because the camera's clock drifts
    against ours.
    """

    def __init__(self) -> None:
        self._before = self._present = inf

    def see(self, arrived_at: float, pts: int) -> None:
        """`arrived_at` is unix time, `pts` 90 kHz ticks."""
        zero = arrived_at - pts / TICKS
        if zero < self._present:  # noqa: PLR1730 - for every frame of every camera: no call
            self._present = zero

    def turn(self) -> None:
        """A new segment begins."""
        if self._present < inf:
            self._before, self._present = self._present, inf

    def time_of(self, pts: int) -> float:
        """Unix time of a frame; infinite before the first `see`."""
        return min(self._before, self._present) + pts / TICKS
