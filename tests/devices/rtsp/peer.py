"""A camera whose every word a test writes: a bare socket server, one thread."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from devices.rtsp import Endpoint
from tests.devices.rtsp import samples

PUBLIC = "OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, TEARDOWN"


@dataclass(frozen=True, slots=True)
class Asked:
    method: str
    url: str
    headers: Mapping[str, str]


@dataclass(slots=True)
class Line:
    """The camera's end of one connection."""

    sock: socket.socket
    heard: list[Asked]
    _rest: bytes = b""

    def read(self) -> Asked | None:
        while b"\r\n\r\n" not in self._rest:
            data = self.sock.recv(65536)
            if not data:
                return None
            self._rest += data
        head, _, self._rest = self._rest.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        method, url, _ = first.split(" ")
        pairs = (line.partition(": ") for line in lines)
        asked = Asked(method, url, {name.lower(): value for name, _, value in pairs})
        self.heard.append(asked)
        return asked

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def play(self, *units: list[bytes], pause: float = 0.0) -> None:
        for unit in units:
            self.send(b"".join(map(samples.interleave, unit)))
            time.sleep(pause)

    def answer(
        self, asked: Asked, status: int = 200, *headers: str, body: bytes = b"", phrase: str = "OK"
    ) -> None:
        lines = [f"RTSP/1.0 {status} {phrase}", f"CSeq: {asked.headers['cseq']}", *headers]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        self.send("\r\n".join([*lines, "", ""]).encode() + body)

    def wait(self) -> None:
        """Say nothing until the client goes."""
        with suppress(OSError):
            while self.sock.recv(65536):
                pass


Act = Callable[[Line, Asked], None]


@dataclass(slots=True)
class Camera:
    """Answers properly, save for the methods in `acts`; sends `stream` after PLAY."""

    acts: Mapping[str, Act] = field(default_factory=dict)
    stream: Callable[[Line], None] | None = None
    body: bytes = field(default_factory=samples.sdp)
    session: str = "4711;timeout=60"
    heard: list[Asked] = field(default_factory=list)
    port: int = 0

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint("127.0.0.1", self.port, "/live?ch=1", "petugas", "kenari-7Q!rahasia")

    @property
    def methods(self) -> list[str]:
        return [each.method for each in self.heard]

    def serve(self, sock: socket.socket) -> None:
        line = Line(sock, self.heard)
        with sock, suppress(OSError):
            while (asked := line.read()) is not None:
                self.acts.get(asked.method, self.obey)(line, asked)
                if asked.method == "PLAY" and self.stream is not None:
                    self.stream(line)

    def obey(self, line: Line, asked: Asked) -> None:
        match asked.method:
            case "OPTIONS":
                line.answer(asked, 200, f"Public: {PUBLIC}")
            case "DESCRIBE":
                line.answer(asked, 200, "Content-Type: application/sdp", body=self.body)
            case "SETUP":
                transport = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1"
                line.answer(asked, 200, transport, f"Session: {self.session}")
            case _:
                line.answer(asked, 200)


@contextmanager
def running(camera: Camera, host: str = "127.0.0.1") -> Iterator[Camera]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as listener:
        camera.port = listener.getsockname()[1]
        listener.settimeout(20)
        threads: list[threading.Thread] = []

        def accept() -> None:
            with suppress(OSError):
                while True:
                    sock, _ = listener.accept()
                    sock.settimeout(20)
                    threads.append(threading.Thread(target=camera.serve, args=(sock,), daemon=True))
                    threads[-1].start()

        acceptor = threading.Thread(target=accept, daemon=True)
        acceptor.start()
        yield camera
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
    for thread in [acceptor, *threads]:
        thread.join(5)
