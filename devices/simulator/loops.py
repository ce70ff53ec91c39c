"""Many streams from pre-coded loops at next to no cost: the other side of a bench."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from devices.simulator.clip import Clip
from devices.simulator.condition import Account, Condition
from devices.simulator.digest import Guard
from devices.simulator.loop_thread import LoopThread
from devices.simulator.mount import Mount
from devices.simulator.rtp import Burst, Sender, payloads
from devices.simulator.rtsp_server import RtspServer, bound_port

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(slots=True)
class Reel:
    """One loop as bursts of packets, each built once and shared by all mounts that play it.

    Mounts lag behind each other by some pictures, so that their keyframes spread over the GOP as
    those of real cameras do.
    """

    clip: Clip
    mounts: list[tuple[Mount, int]] = field(default_factory=list)
    sender: Sender = field(init=False)
    _parts: list[list[bytes]] = field(init=False)
    _bursts: deque[Burst] = field(init=False)

    def __post_init__(self) -> None:
        codec = self.clip.format.codec
        self.sender = Sender(codec)
        self._parts = [payloads(codec, picture.nals) for picture in self.clip.pictures]
        self._bursts = deque(maxlen=self.gop + 1)

    @property
    def gop(self) -> int:
        """Pictures from the first keyframe to the next."""
        later = (k for k, picture in enumerate(self.clip.pictures) if k and picture.keyframe)
        return next(later, len(self.clip.pictures))

    def take(self, n: int, at: float) -> None:
        """Send picture n, whose time is `at`, to the leading mount, earlier ones to the rest."""
        clip = self.clip
        picture = clip.pictures[n % len(clip.pictures)]
        parts = self._parts[n % len(clip.pictures)]
        self._bursts.append(
            self.sender.burst(parts, seconds=clip.due(n) + picture.delay, keyframe=picture.keyframe)
        )
        for mount, lag in self.mounts:
            if mount.viewers and lag < len(self._bursts):
                self._send(mount, n - lag, self._bursts[-1 - lag], at)

    def _send(self, mount: Mount, n: int, burst: Burst, at: float) -> None:
        seconds = self.clip.due(n)
        mount.publish(burst, at=at, report=lambda: self.sender.report(at, seconds=seconds))


class LoopServer:
    """Plays MP4 loops on mounts cam0, cam1, ... of one RTSP port; a context manager.

    Several files are dealt out in turn. One process with 16 mounts of 1080p25 at 3.6 Mb/s needs a
    few percent of a core. No username: anyone may look.
    """

    def __init__(
        self,
        source: Path | Sequence[Path],
        paths: int = 16,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        username: str = "",
        password: str = "",
        backlog: int = 4_000_000,
    ) -> None:
        files = [source] if isinstance(source, Path) else source
        self.host, self.port, self.paths = host, port, paths
        self._reels = [Reel(Clip.load(file)) for file in files]
        mounts = {}
        for i in range(paths):
            reel = self._reels[i % len(self._reels)]
            mount = Mount(f"cam{i}", reel.clip.format, reel.sender.ssrc, backlog)
            reel.mounts.append((mount, i * reel.gop // paths))
            mounts[mount.name] = mount
        accounts = {username: Account(password)} if username else {}
        self.condition = Condition(accounts)
        self._rtsp = RtspServer(mounts, self.condition, Guard(self.condition))
        self._thread = LoopThread("kamera putar")

    def __enter__(self) -> Self:
        self._thread.start(self._serve)
        return self

    def __exit__(self, *exc: object) -> None:
        self.condition.silent = False
        self._thread.stop()

    def url(self, index: int) -> str:
        """Address of mount `index`, without credentials."""
        return f"rtsp://{self.host}:{self.port}/cam{index}"

    def close_clients(self) -> None:
        """Break all connections; new ones are welcome."""
        self._thread.call(self._rtsp.close_clients)

    async def _serve(self) -> None:
        self.port = bound_port(await self._rtsp.listen(self.host, self.port))
        for reel in self._reels:
            self._thread.spawn(self._play(reel))

    async def _play(self, reel: Reel) -> None:
        base, n = time.time(), 0
        while True:
            at = base + reel.clip.due(n)
            await asyncio.sleep(max(0.0, at - time.time()))
            if not (self.condition.stalled or self.condition.silent):
                reel.take(n, at)
            n += 1
