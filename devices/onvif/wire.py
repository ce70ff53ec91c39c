"""One HTTP request to a camera within one deadline, whatever the camera does.

http.client speaks the protocol; the socket under it counts time and bytes over the whole answer,
so that a byte a second or an endless header ends like silence does. No redirect, no proxy, no
cookie, no compression, no log line.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from devices.onvif.address import IPAddress, Origin
from devices.onvif.errors import ErrorKind, OnvifError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BODY_LIMIT: Final = 1 << 20
_HEAD_LIMIT: Final = 64 << 10


@dataclass(frozen=True, slots=True)
class Answer:
    """The parts of requests' Response that zeep reads."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes
    encoding: str = "utf-8"


class _Limited(io.RawIOBase):
    """The receiving side of a socket that ends at a deadline or after so many bytes."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._sock, self._deadline, self._left = sock, deadline, BODY_LIMIT + _HEAD_LIMIT

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        self._sock.settimeout(remaining(self._deadline))
        count = self._sock.recv_into(buffer)
        self._left -= count
        if self._left < 0:
            raise OnvifError(ErrorKind.BROKEN, "jawaban terlalu besar")
        return count


class _Line:
    """What http.client needs of a socket; closing is left to `post`."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._sock, self._deadline = sock, deadline

    def sendall(self, data: bytes) -> None:
        self._sock.settimeout(remaining(self._deadline))
        self._sock.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Limited(self._sock, self._deadline))

    def close(self) -> None:
        """http.client closes early when the camera will; the answer is still to be read."""


def remaining(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


@dataclass(frozen=True, slots=True)
class Wire:
    """How to reach one camera. `timeout` (seconds) covers a whole request with its answer."""

    origin: Origin
    timeout: float
    allow: Callable[[IPAddress], bool]
    tls: ssl.SSLContext | None = None

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send `body`, return the answer of any status that may carry SOAP.

        Raises OnvifError: UNREACHABLE, TIMEOUT, AUTH (401, 403), NOT_SUPPORTED (404, 405, 501),
        BROKEN (redirect, size, no HTTP), ADDRESS.
        """
        deadline = time.monotonic() + self.timeout
        with _told(), self._connected(deadline) as sock:
            connection = http.client.HTTPConnection(self.origin.bracketed_host, self.origin.port)
            connection.sock = _Line(sock, deadline)
            connection.request("POST", path, body, {**headers, "Connection": "close"})
            return _checked(connection.getresponse())

    @contextmanager
    def _connected(self, deadline: float) -> Iterator[socket.socket]:
        sock = self._connect(deadline)
        try:
            if self.origin.scheme == "https":
                sock.settimeout(remaining(deadline))
                context = self.tls or ssl.create_default_context()
                sock = context.wrap_socket(sock, server_hostname=self.origin.host)
            yield sock
        finally:
            sock.close()

    def _connect(self, deadline: float) -> socket.socket:
        failure: OSError = ConnectionRefusedError()
        for family, address in self.origin.resolve(self.allow):
            sock = socket.socket(family, socket.SOCK_STREAM)
            try:
                sock.settimeout(remaining(deadline))
                sock.connect(address)
            except OSError as error:
                sock.close()
                failure = error
            else:
                return sock
        raise failure


def _checked(response: http.client.HTTPResponse) -> Answer:
    status = response.status
    if 300 <= status < 400:
        raise OnvifError(ErrorKind.BROKEN, "kamera mengalihkan ke alamat lain")
    if status in {401, 403}:
        raise OnvifError(ErrorKind.AUTH, f"HTTP {status}")
    if status in {404, 405, 501}:
        raise OnvifError(ErrorKind.NOT_SUPPORTED, f"HTTP {status}")
    if response.getheader("Content-Encoding", "identity").lower() != "identity":
        raise OnvifError(ErrorKind.BROKEN, "jawaban dimampatkan")
    content = response.read(BODY_LIMIT + 1)
    if len(content) > BODY_LIMIT:
        raise OnvifError(ErrorKind.BROKEN, "jawaban terlalu besar")
    if response.length:
        raise OnvifError(ErrorKind.BROKEN, "jawaban terpotong")
    kind = response.getheader("Content-Type", "application/soap+xml")
    return Answer(status, {"Content-Type": kind}, content)


@contextmanager
def _told() -> Iterator[None]:
    """Turn what sockets and http.client raise into our kinds."""
    try:
        yield
    except OnvifError:
        raise
    except TimeoutError:
        raise OnvifError(ErrorKind.TIMEOUT) from None
    except ssl.SSLError as error:
        raise OnvifError(ErrorKind.BROKEN, f"TLS {error.reason}") from None
    except http.client.RemoteDisconnected:
        raise OnvifError(ErrorKind.BROKEN, "sambungan ditutup tanpa jawaban") from None
    except OSError as error:
        raise OnvifError(ErrorKind.UNREACHABLE, type(error).__name__) from None
    except http.client.HTTPException as error:
        raise OnvifError(ErrorKind.BROKEN, type(error).__name__) from None
