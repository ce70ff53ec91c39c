"""RTSP over TCP with interleaved RTP (RFC 2326), one connection one session."""

from __future__ import annotations

import asyncio
import contextlib
import re
import secrets
import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from devices.simulator.message import Refusal, Request, describe, reply
from devices.simulator.mount import Mount, Viewer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from devices.simulator.condition import Condition
    from devices.simulator.digest import Guard

METHODS = "OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, SET_PARAMETER, TEARDOWN"
HEAD_LIMIT = 16_384  # bytes
SEND_BUFFER = 262_144  # bytes in the kernel per client: the backlog is counted above it
SILENCE_NAP = 0.05  # seconds between looks whether a silent camera talks again
DRIP_NAP = 0.05  # seconds between two bytes of a dripping camera


@dataclass(slots=True)
class RtspServer:
    """Serves mounts by path. A session without a sign of life for `timeout` seconds ends."""

    mounts: Mapping[str, Mount]
    condition: Condition
    guard: Guard
    timeout: float = 60.0
    connections: set[Connection] = field(default_factory=set)

    async def listen(self, host: str, port: int) -> asyncio.Server:
        return await asyncio.start_server(self._accept, host, port, limit=HEAD_LIMIT)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(self, reader, writer)
        self.connections.add(connection)
        try:
            await connection.run()
        finally:
            self.connections.discard(connection)

    def close_clients(self) -> None:
        """Break every connection without a word."""
        for connection in tuple(self.connections):
            connection.abort()


@dataclass(eq=False, slots=True)
class Connection:
    server: RtspServer
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    session: str = ""
    viewer: Viewer | None = None
    mount: Mount | None = None

    @property
    def transport(self) -> asyncio.WriteTransport:
        return self.writer.transport

    def abort(self) -> None:
        self.transport.abort()

    async def run(self) -> None:
        peer: socket.socket = self.writer.get_extra_info("socket")
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        # Cancelled only when the camera is switched off: that is the end of a connection too, and
        # asyncio of Python 3.11 would print a traceback for it.
        gone = (
            asyncio.IncompleteReadError,
            asyncio.LimitOverrunError,
            asyncio.CancelledError,
            OSError,
        )
        try:
            with contextlib.suppress(*gone):
                while await self._serve():
                    pass
        finally:
            self._leave()
            self.writer.close()

    async def _serve(self) -> bool:
        """Answer one request; False when the connection is over. OSError when it is idle."""
        async with asyncio.timeout(self.server.timeout):
            first = await self.reader.readexactly(1)
            if first == b"$":  # a receiver report: a sign of life, no more
                head = await self.reader.readexactly(3)
                await self.reader.readexactly(int.from_bytes(head[1:], "big"))
                return True
            head = first + await self.reader.readuntil(b"\r\n\r\n")
        await self._hesitate(head.split(b" ", 1)[0].decode("latin-1"))
        sequence = re.search(rb"(?i)\r\ncseq:\s*(\d+)", head)
        number = sequence[1].decode() if sequence else "0"
        try:
            request = Request.parse(head)
            await self.reader.readexactly(request.body_length)
            headers, body = self._answer(request)
        except Refusal as refusal:
            await self._say(reply(refusal.status, number, refusal.headers))
            return refusal.status not in {400, 413, 505}
        await self._say(reply(200, number, headers, body))
        if request.method == "PLAY" and self.mount and self.viewer:
            self.mount.viewers.add(self.viewer)
        return True

    async def _hesitate(self, method: str) -> None:
        condition = self.server.condition
        while condition.silent or method in condition.hanging:  # noqa: ASYNC110 - set by threads
            await asyncio.sleep(SILENCE_NAP)

    async def _say(self, answer: bytes) -> None:
        playing = self.mount is not None and self.viewer in self.mount.viewers
        while answer and self.server.condition.dripping and not playing:
            self.writer.write(answer[:1])
            answer = answer[1:]
            await asyncio.sleep(DRIP_NAP)
        self.writer.write(answer)

    def _answer(self, request: Request) -> tuple[dict[str, str], bytes]:
        if request.method == "OPTIONS":
            return {"Public": METHODS}, b""
        if request.method not in METHODS.split(", "):
            raise Refusal(501, Public=METHODS)
        header = request.headers.get("authorization", "")
        challenge = self.server.guard.refuse(request.method, request.uri, header)
        if challenge:
            raise Refusal(401, **{"WWW-Authenticate": challenge})
        if "require" in request.headers:
            raise Refusal(551, Unsupported=request.headers["require"])
        if request.method == "DESCRIBE":
            return self._describe(request)
        if request.method == "SETUP":
            return self._setup(request), b""
        return self._in_session(request), b""

    def _in_session(self, request: Request) -> dict[str, str]:
        if request.method in {"GET_PARAMETER", "SET_PARAMETER"} and not request.session:
            return {}
        if not self.session or request.session != self.session:
            raise Refusal(454)
        if request.method == "TEARDOWN":
            self._leave()
            return {}
        headers = {"Session": self.session}
        if request.method == "PLAY":
            headers["Range"] = "npt=now-"
        return headers

    def _mount(self, request: Request) -> Mount:
        mount = self.server.mounts.get(request.path)
        if mount is None:
            raise Refusal(404)
        return mount

    def _describe(self, request: Request) -> tuple[dict[str, str], bytes]:
        mount = self._mount(request)
        base = request.uri.partition("?")[0].rstrip("/") + "/"
        headers = {"Content-Base": base, "Content-Type": "application/sdp"}
        return headers, describe(mount.form, mount.name)

    def _setup(self, request: Request) -> dict[str, str]:
        mount, transport = self._mount(request), request.headers.get("transport", "")
        if self.session and request.session not in {"", self.session}:
            raise Refusal(454)
        if self.mount is not None and self.mount is not mount:
            raise Refusal(459)
        offer = next((o for o in transport.split(",") if "RTP/AVP/TCP" in o), None)
        if offer is None:
            raise Refusal(461)
        asked = re.search(r"interleaved=(\d{1,3})", offer)
        channel = int(asked[1]) if asked else 0
        if channel > 254:
            raise Refusal(461)
        self._leave()
        self.session, self.mount = secrets.token_hex(8), mount
        self.viewer = Viewer(self.transport, channel)
        return {
            "Transport": f"RTP/AVP/TCP;unicast;interleaved={channel}-{channel + 1}"
            f";ssrc={mount.ssrc:08X}",
            "Session": f"{self.session};timeout={int(self.server.timeout)}",
        }

    def _leave(self) -> None:
        if self.mount and self.viewer:
            self.mount.viewers.discard(self.viewer)
        self.session, self.mount, self.viewer = "", None, None


def bound_port(server: asyncio.Server) -> int:
    """The port a server listens on, also when the kernel chose it."""
    return cast("int", server.sockets[0].getsockname()[1])
