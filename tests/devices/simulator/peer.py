"""A bare RTSP client that says exactly what a test tells it to."""

from __future__ import annotations

import hashlib
import re
import socket
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

NTP_EPOCH = 2_208_988_800
TRANSPORT = "RTP/AVP/TCP;unicast;interleaved=0-1"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


class Peer:
    def __init__(self, url: str, username: str = "", password: str = "") -> None:
        self.url, self._login = url, (username, password)
        host, port = url.removeprefix("rtsp://").partition("/")[0].split(":")
        self.socket = socket.create_connection((host, int(port)), timeout=5)
        self._file = self.socket.makefile("rb")
        self._challenge: dict[str, str] = {}
        self.session = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._file.close()
        self.socket.close()

    def ask(self, method: str, url: str = "", **headers: str) -> Answer:
        """One request, as it is; header names with _ for -."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self._challenge:
            named["Authorization"] = self._authorization(method, url or self.url)
        if self.session and "Session" not in named:
            named["Session"] = self.session
        lines = [f"{method} {url or self.url} RTSP/1.0", "CSeq: 7"]
        lines += [f"{name}: {value}" for name, value in named.items()]
        return self.say("\r\n".join([*lines, "", ""]).encode())

    def log_in(self, method: str = "DESCRIBE") -> Answer:
        """Ask, be refused, ask again with the password."""
        answer = self.ask(method)
        fields = answer.headers["www-authenticate"]
        self._challenge = dict(re.findall(r'(\w+)="([^"]*)"', fields))
        return self.ask(method)

    def play(self) -> None:
        if self._login[0]:
            self.log_in()
        answer = self.ask("SETUP", self.url + "/track0", Transport=TRANSPORT)
        self.session = answer.headers["session"].partition(";")[0]
        assert self.ask("PLAY").status == 200

    def say(self, request: bytes) -> Answer:
        self.socket.sendall(request)
        while (first := self._file.read(1)) == b"$":
            self._rest_of_packet()
        status = int((first + self._file.readline()).split()[1])
        headers = {}
        while line := self._file.readline().strip().decode():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        return Answer(status, headers, self._file.read(int(headers.get("content-length", 0))))

    def packet(self) -> tuple[int, bytes]:
        """The next interleaved packet: channel and content. Raises TimeoutError, EOFError."""
        if self._file.read(1) != b"$":
            raise EOFError
        return self._rest_of_packet()

    def drain(self) -> None:
        """Read packets until the connection ends."""
        while True:
            self.packet()

    def _rest_of_packet(self) -> tuple[int, bytes]:
        channel, length = struct.unpack(">BH", self._file.read(3))
        return channel, self._file.read(length)

    def _authorization(self, method: str, uri: str) -> str:
        name, password = self._login
        realm, nonce = self._challenge["realm"], self._challenge["nonce"]
        secret = _md5(f"{name}:{realm}:{password}")
        response = _md5(f"{secret}:{nonce}:{_md5(f'{method}:{uri}')}")
        return (
            f'Digest username="{name}", realm="{realm}", nonce="{nonce}", '
            f'uri="{uri}", response="{response}"'
        )


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class Report:
    """A sender report: unix seconds and the RTP time that stands for the same moment."""

    unix: float
    rtp: int

    @classmethod
    def read(cls, packet: bytes) -> Report:
        ntp, rtp = struct.unpack(">QI", packet[8:20])
        return cls(ntp / (1 << 32) - NTP_EPOCH, rtp)
