"""One stream and the clients that watch it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from devices.simulator.rtp import framed

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from devices.simulator.coded import Format
    from devices.simulator.rtp import Burst

REPORT_EVERY = 5.0  # seconds between sender reports (RFC 3550 6.2)


@dataclass(eq=False, slots=True)
class Viewer:
    """A client that plays: its connection and the channel it chose for RTP (RTCP is one above)."""

    transport: asyncio.WriteTransport
    channel: int
    flowing: bool = False
    reported: bool = False


@dataclass(eq=False, slots=True)
class Mount:
    """Hands each picture to every viewer, never waiting for one.

    A viewer starts at a keyframe. One whose backlog passes `backlog` bytes loses pictures until
    it has caught up by half and a keyframe comes.
    """

    name: str
    form: Format
    ssrc: int
    backlog: int = 1_000_000
    viewers: set[Viewer] = field(default_factory=set)
    _report_at: float = 0.0

    @property
    def awaited(self) -> bool:
        """Whether every viewer still waits for its first keyframe, and there is one."""
        return bool(self.viewers) and not any(v.flowing or v.reported for v in self.viewers)

    def publish(self, burst: Burst, *, at: float, report: Callable[[], bytes]) -> None:
        """Send a picture taken at `at` (seconds); `report` makes a sender report when one is due.

        Reports go out every five seconds, and to each viewer before its first picture.
        """
        due = not 0 <= at - self._report_at < REPORT_EVERY
        if due:
            self._report_at = at
        news = b""
        for viewer in tuple(self.viewers):
            if not self._ready(viewer, burst):
                continue
            data = burst.wire(viewer.channel)
            if due or not viewer.reported:
                viewer.reported = True
                news = news or report()
                data = framed(news, viewer.channel + 1) + data
            viewer.transport.write(data)

    def _ready(self, viewer: Viewer, burst: Burst) -> bool:
        waiting = viewer.transport.get_write_buffer_size()
        if viewer.flowing:
            viewer.flowing = waiting <= self.backlog
        else:
            viewer.flowing = burst.keyframe and waiting <= self.backlog // 2
        return viewer.flowing
