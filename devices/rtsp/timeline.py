"""From 32-bit RTP times in decoding order to a presentation and a decoding time."""

from __future__ import annotations

import heapq
from collections import deque
from itertools import pairwise
from math import inf
from typing import TYPE_CHECKING

from devices.rtsp.errors import ErrorKind, RtspError
from devices.rtsp.rtp import ticks_between
from devices.rtsp.units import CLOCK_RATE

if TYPE_CHECKING:
    from devices.rtsp.units import AccessUnit

_JUMP = 2 * CLOCK_RATE
_EARLY_S = 1.0  # how much sooner than any before it a unit may come
_WINDOW = 60 * CLOCK_RATE
_DEPTH_LIMIT = 16
_LATE_LIMIT = 8  # pictures in a row that are shown before one that came earlier
_GUESS = CLOCK_RATE // 25


class Timeline:
    """Gives each unit a decoding time: the smallest presentation time not yet given away.

    RTP tells presentation times only. A stream whose pictures are reordered by at most `depth`
    needs the `depth` first units after a start held back, none later. Depth 0 means dts = pts.
    """

    def __init__(self) -> None:
        self.depth = 0
        self._ticks: int | None = None
        self._pts = 0
        self._latest: int | None = None
        self._late = 0
        self._recent: deque[int] = deque(maxlen=_DEPTH_LIMIT)
        self._reordered = 0  # by how many pictures, as seen by now
        # The least delay of arrival against pts in seconds: clocks drift, so of two minutes only.
        self._delay = self._delay_before = inf
        self._window_from = 0
        self._last_dts: int | None = None
        self._waiting: list[int] = []
        self._held: list[AccessUnit] = []
        self._filling = True

    def extend(self, ticks: int) -> int:
        """Undo the wrap of a 32-bit RTP time."""
        self._pts = ticks if self._ticks is None else self._pts + ticks_between(self._ticks, ticks)
        self._ticks = ticks
        return self._pts

    def check(self, pts: int, arrived_at: float, *, keyframe: bool) -> None:
        """Look at the time of every unit, dropped ones too; raises RtspError(CLOCK_JUMP).

        A long step forward is no jump when the unit arrives as much later: cameras leave out
        pictures while nothing moves, and while the network takes none.
        """
        delay = arrived_at - pts / CLOCK_RATE
        step = 1 if self._latest is None else pts - self._latest
        if step > 0:
            jumped = step > _JUMP and delay < min(self._delay, self._delay_before) - _EARLY_S
            self._late, self._latest = 0, pts
        else:
            self._late += 1
            jumped = keyframe or step < -_JUMP or self._late > _LATE_LIMIT
            self._reordered = max(self._reordered, sum(each > pts for each in self._recent))
        if jumped:
            raise _jump()
        self._recent.append(pts)
        self._note_delay(delay, pts)

    def _note_delay(self, delay: float, pts: int) -> None:
        if pts - self._window_from > _WINDOW:
            self._window_from = pts
            self._delay_before, self._delay = self._delay, delay
        elif delay < self._delay:
            self._delay = delay

    def restart(self, depth: int) -> None:
        """Begin again at a keyframe."""
        self.depth = max(self.depth, depth, self._reordered)
        self._waiting.clear()
        self._held.clear()
        self._filling = True

    def add(self, unit: AccessUnit) -> list[AccessUnit] | None:
        """Units that are ready by now; None when the stream reorders deeper than was known.

        After None the caller restarts at the next keyframe; `check` learns the depth meanwhile.
        """
        heapq.heappush(self._waiting, unit.pts)
        if self._filling:
            self._held.append(unit)
            if len(self._held) <= self.depth:
                return []
            return self._release()
        unit.dts = heapq.heappop(self._waiting)
        return self._checked([unit])

    def _release(self) -> list[AccessUnit]:
        times = sorted(self._waiting)
        frame = min((b - a for a, b in pairwise(times) if b > a), default=_GUESS)
        first = heapq.heappop(self._waiting)
        units, self._held, self._filling = self._held, [], False
        for index, unit in enumerate(units):
            unit.dts = first - (self.depth - index) * frame
            if self._last_dts is not None:
                # The frames that a loss took away leave room for at least these ticks.
                unit.dts = max(unit.dts, self._last_dts + 1 + index)
        return self._checked(units) or []

    def _checked(self, units: list[AccessUnit]) -> list[AccessUnit] | None:
        if self._last_dts is not None and units[0].dts <= self._last_dts:
            if self.depth >= _DEPTH_LIMIT:
                raise _jump()
            self.depth += 1
            return None
        self._last_dts = units[-1].dts
        return units


def _jump() -> RtspError:
    return RtspError(ErrorKind.CLOCK_JUMP, "Jam pada aliran kamera melompat.")
