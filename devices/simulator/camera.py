"""A whole virtual camera: one stream over RTSP, and the ONVIF services that tell of it."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Literal, Self
from urllib.parse import quote

from devices.rtsp import Endpoint
from devices.simulator.clip import Clip
from devices.simulator.condition import Account, Condition
from devices.simulator.digest import Guard
from devices.simulator.live import LiveSource
from devices.simulator.loop_thread import LoopThread
from devices.simulator.mount import Mount
from devices.simulator.onvif_device import Device
from devices.simulator.onvif_server import OnvifServer
from devices.simulator.picture import Picture
from devices.simulator.rtp import Sender, payloads
from devices.simulator.rtsp_server import RtspServer, bound_port

if TYPE_CHECKING:
    from pathlib import Path

    from devices.simulator.coded import Source

PATH = "live"
FLOOD = 50  # times that a flooding camera sends each picture
WILDCARD = {"0.0.0.0", "::", ""}  # noqa: S104 - recognised, never bound by default


class VirtualCamera:
    """A camera on this machine; a context manager.

    Ports are chosen by the kernel when 0. No username: anyone may look. `source` is an MP4 file
    (H.264 or H.265) to loop in place of the live picture. `clock_error` (seconds) sets the
    camera's clock wrong; the strip in the picture tells the true time all the same. `advertise`
    is the host that its ONVIF answers name, for devices that give out an address of their own.
    """

    def __init__(
        self,
        name: str = "Kamera",
        rtsp_port: int = 0,
        onvif_port: int = 0,
        username: str = "admin",
        password: str = "rahasia-kamera",  # noqa: S107 - opens nothing but a camera made of paper
        *,
        fps: float = 12.5,
        size: tuple[int, int] = (640, 360),
        gop_s: float = 2.0,
        source: Path | None = None,
        host: str = "127.0.0.1",
        seed: int = 0,
        clock_error: float = 0.0,
        digest: Literal["MD5", "SHA-256"] = "MD5",
        session_timeout: float = 60.0,
        backlog: int = 1_000_000,
        advertise: str = "",
    ) -> None:
        self.name, self.host = name, host
        self.username, self.password = username, password
        self._ports, self._advertise = (rtsp_port, onvif_port), advertise
        accounts = {username: Account(password)} if username else {}
        self.condition = Condition(accounts, clock_error)
        self.source: Source = (
            Clip.load(source)
            if source
            else LiveSource(Picture(name, size=size, seed=seed), fps=fps, gop_s=gop_s)
        )
        form = self.source.format
        self._sender = Sender(form.codec)
        self._mount = Mount(name, form, self._sender.ssrc, backlog)
        guard = Guard(self.condition, digest)
        self._rtsp = RtspServer({PATH: self._mount}, self.condition, guard, session_timeout)
        self._onvif: OnvifServer | None = None
        self._thread = LoopThread(f"kamera {name}")
        self._guard = guard
        self._started_at, self._n = 0.0, 0

    def __enter__(self) -> Self:
        self._thread.start(self._serve)
        return self

    def __exit__(self, *exc: object) -> None:
        if self._onvif:
            self._onvif.stop()
        self.condition.heal()
        self._thread.stop()

    @property
    def rtsp_url(self) -> str:
        """Address of the stream, without credentials."""
        return f"rtsp://{self._reachable}:{self.rtsp_port}/{PATH}"

    @property
    def rtsp_login_url(self) -> str:
        """Address of the stream with credentials, for clients that take nothing else."""
        if not self.username:
            return self.rtsp_url
        login = f"{quote(self.username, safe='')}:{quote(self.password, safe='')}"
        return self.rtsp_url.replace("://", f"://{login}@", 1)

    @property
    def endpoint(self) -> Endpoint:
        """The stream as our own client takes it, with credentials."""
        return Endpoint(self._reachable, self.rtsp_port, f"/{PATH}", self.username, self.password)

    @property
    def onvif_url(self) -> str:
        return f"http://{self._reachable}:{self.onvif_port}/onvif/device_service"

    def stall(self) -> None:
        """Send no more pictures; connections stay and requests are answered."""
        self.condition.stalled = True

    def silent(self) -> None:
        """Accept connections and never answer; those that play get nothing more."""
        self.condition.silent = True

    def refuse_auth(self) -> None:
        """Answer each login with no, as after a change of password."""
        self.condition.refusing = True

    def jump(self, seconds: float) -> None:
        """Set the camera's clock forwards (or backwards); it stays so."""
        self.condition.clock_error += seconds

    def hang(self, method: str) -> None:
        """Never answer this RTSP method; the connection stays."""
        self.condition.hanging |= {method}

    def drip(self) -> None:
        """Answer one byte at a time, twenty in a second, to clients that do not play yet."""
        self.condition.dripping = True

    def flood(self) -> None:
        """Send every picture fifty times."""
        self.condition.flooding = True

    def lose(self) -> None:
        """Leave out every second packet, as on a line that takes half of them."""
        self.condition.losing = True

    def close_clients(self) -> None:
        """Break all RTSP connections; new ones are welcome."""
        self._thread.call(self._rtsp.close_clients)

    def resume(self) -> None:
        """End every fault; a clock that jumped stays as it is."""
        self.condition.heal()

    def snapshot(self) -> bytes:
        """The picture of this moment as a JPEG file."""
        at = time.time()
        return self.source.jpeg(self._n, taken_at=at, shown_at=at + self.condition.clock_error)

    @property
    def _reachable(self) -> str:
        return "127.0.0.1" if self.host in WILDCARD else self.host

    async def _serve(self) -> None:
        listener = await self._rtsp.listen(self.host, self._ports[0])
        self.rtsp_port = bound_port(listener)
        device = Device(
            name=self.name,
            condition=self.condition,
            form=self.source.format,
            rtsp=(self._advertise or self._reachable, self.rtsp_port, PATH),
            snapshot=self.snapshot,
        )
        self._onvif = OnvifServer(
            device, self._guard, self.host, self._ports[1], self._advertise or self._reachable
        )
        self.onvif_port = self._onvif.port
        self._thread.spawn(self._film())

    async def _film(self) -> None:
        """Take pictures on an absolute schedule, for ever.

        A late picture is still taken for its own moment, so nothing drifts. After a pause of the
        machine or a step of its clock the schedule starts anew from now.
        """
        due = self.source.due
        patience = max(1.0, 2 * (due(1) - due(0)))
        base = time.time()
        while True:
            at = base + due(self._n)
            wait = at - time.time()
            if abs(wait) > patience:
                base += time.time() - at
                continue
            await asyncio.sleep(max(0.0, wait))
            self._take(at)
            self._n += 1

    def _take(self, at: float) -> None:
        condition, mount, sender = self.condition, self._mount, self._sender
        if condition.stalled or condition.silent or not mount.viewers:
            return
        shown = at + condition.clock_error
        # The first viewer need not wait for the end of a group of pictures.
        coded = self.source.coded(self._n, taken_at=at, shown_at=shown, keyframe=mount.awaited)
        parts = payloads(sender.codec, coded.nals)
        burst = sender.burst(parts, seconds=shown + coded.delay, keyframe=coded.keyframe)
        sent = burst.damaged() if condition.losing else burst
        for _ in range(FLOOD if condition.flooding else 1):
            mount.publish(sent, at=shown, report=lambda: sender.report(shown, seconds=shown))
