"""One TCP connection to a camera: a deadline on every wait, one read buffer used over and over."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import select
import socket
import threading
import time
from struct import Struct
from typing import TYPE_CHECKING

from devices.network import routable
from devices.rtsp import message
from devices.rtsp.errors import ErrorKind, RtspError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from devices.rtsp.endpoint import Endpoint
    from devices.rtsp.message import Message

# Holds several messages and interleaved frames (64 KiB at most each), and what a camera of
# 8 Mbit/s sends in 250 ms.
_BUFFER = 256 * 1024
_STEP = 1.0  # seconds by which our own clock may be set within a session
_read_frame = Struct(">BBH").unpack_from
_DOLLAR, _RETURN, _NEWLINE = 0x24, 0x0D, 0x0A

Frame = tuple[int, int, int]  # channel, start, end in Wire.view


class Wake:
    """Lets another thread end a wait at once, and for good."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ends: tuple[int, int] | None = None
        self.is_set = False

    def arm(self) -> int:
        """File descriptor that becomes readable once `set` was called."""
        with self._lock:
            if self._ends is None:
                self._ends = os.pipe()
                if self.is_set:
                    os.write(self._ends[1], b"\0")
            return self._ends[0]

    def set(self) -> None:
        with self._lock:
            if self._ends is not None and not self.is_set:
                os.write(self._ends[1], b"\0")
            self.is_set = True

    def disarm(self) -> None:
        with self._lock:
            for end in self._ends or ():
                os.close(end)
            self._ends = None


class Wire:
    """Sends bytes, and reads answers and interleaved frames (RFC 2326 section 10.12).

    Raises RtspError: ADDRESS, UNREACHABLE, TIMEOUT, CLOSED, CLOCK_JUMP when our own clock was set,
    and what message.parse raises. Deadlines are times of time.monotonic().
    """

    def __init__(self, endpoint: Endpoint, deadline: float, wake: Wake) -> None:
        self._wake = wake
        self._nap = select.poll()
        self._nap.register(wake.arm(), select.POLLIN)
        self.view = memoryview(bytearray(_BUFFER))
        self._at = self._end = 0
        self._deaf = False
        self.read_at = 0.0  # unix time of the latest read
        self.received_bytes = 0
        self._boot = _boot()  # steady while our clock is only slewed
        self._socket = self._dial(endpoint, deadline)

    def _dial(self, endpoint: Endpoint, deadline: float) -> socket.socket:
        try:
            found = socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise RtspError(ErrorKind.UNREACHABLE, "Nama host kamera tidak ditemukan.") from None
        for _, _, _, _, place in found:
            # Behind the resolver, because "224.1" and a name in DNS are addresses only there.
            if not routable(ipaddress.ip_address(str(place[0]).partition("%")[0])):
                raise RtspError(ErrorKind.ADDRESS, "Alamat di luar jaringan kamera.")
        for family, kind, protocol, _, address in found:
            sock = socket.socket(family, kind, protocol)
            try:
                sock.settimeout(0)
                with contextlib.suppress(BlockingIOError):
                    sock.connect(address)
                self._wait(sock, select.POLLOUT, deadline)
                if not sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    return sock
            except OSError:
                pass
            except RtspError:
                sock.close()
                raise
            sock.close()
        raise RtspError(ErrorKind.UNREACHABLE, "Kamera tidak dapat dihubungi.")

    def _wait(self, sock: socket.socket, event: int, deadline: float) -> None:
        """Return when the socket is ready; raise TIMEOUT, or CLOSED when we were woken."""
        poll = select.poll()
        poll.register(sock, event)
        if not self._deaf:
            poll.register(self._wake.arm(), select.POLLIN)
        ready = poll.poll(max(0.0, deadline - time.monotonic()) * 1000)
        if self._wake.is_set and not self._deaf:
            raise RtspError(ErrorKind.CLOSED, "Sesi kamera ditutup.")
        if not ready:
            raise RtspError(ErrorKind.TIMEOUT, "Kamera tidak menjawab tepat waktu.")

    def ignore_wake(self) -> None:
        """For the last words after a wake."""
        self._deaf = True

    def nap(self, seconds: float) -> None:
        """Let data gather; a wake ends it."""
        self._nap.poll(seconds * 1000)

    def send(self, data: bytes, deadline: float) -> None:
        left = memoryview(data)
        while left:
            try:
                left = left[self._socket.send(left) :]
            except BlockingIOError:
                self._wait(self._socket, select.POLLOUT, deadline)
            except OSError:
                raise _closed() from None

    def fill(self, deadline: float) -> bool:
        """Read once what is there, or wait for it; True when the buffer got full.

        All frames that `items` gave before become invalid.
        """
        if self._at:
            rest = self._end - self._at
            self.view[:rest] = self.view[self._at : self._end]
            self._at, self._end = 0, rest
        while True:
            try:
                size = self._socket.recv_into(self.view[self._end :])
                break
            except BlockingIOError:
                self._wait(self._socket, select.POLLIN, deadline)
            except OSError:
                raise _closed() from None
        if not size:
            raise _closed()
        self.read_at = time.time()
        # Asked twice: a thread may have to wait between the two clocks.
        if abs(self.read_at - time.monotonic() - self._boot) > _STEP < abs(_boot() - self._boot):
            raise RtspError(ErrorKind.CLOCK_JUMP, "Jam komputer perekam diubah.")
        self.received_bytes += size
        self._end += size
        return self._end == len(self.view)

    def items(self) -> Iterator[Frame | Message]:
        """What is complete in the buffer, in order; may be left and taken up again."""
        view, at, end = self.view, self._at, self._end
        while end - at >= 4:
            lead, channel, size = _read_frame(view, at)
            if lead == _DOLLAR:
                start = at + 4
                at = start + size
                if at > end:
                    return
                self._at = at
                yield channel, start, at
            elif lead in {_RETURN, _NEWLINE}:
                self._at = at = at + 1
            else:
                parsed = message.parse(view[at:end])
                if parsed is None:
                    return
                self._at = at = at + parsed[1]
                yield parsed[0]

    def close(self) -> None:
        self._socket.close()


def _boot() -> float:
    return time.time() - time.monotonic()


def _closed() -> RtspError:
    return RtspError(ErrorKind.CLOSED, "Kamera memutus sambungan.")
