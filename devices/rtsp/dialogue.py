"""Requests and their answers on one connection: CSeq, authorisation, status."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from devices.rtsp.auth import Authorizer
from devices.rtsp.errors import ErrorKind, RtspError
from devices.rtsp.message import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from devices.rtsp.endpoint import Endpoint
    from devices.rtsp.wire import Frame, Wire

_AGENT = "cctvportal"
_TRIES = 3  # without authorisation, with it, and with a fresh nonce

_REFUSALS: dict[int, tuple[ErrorKind, str, bool | None]] = {
    401: (ErrorKind.AUTH, "Kamera menolak nama pengguna atau kata sandi.", None),
    403: (ErrorKind.AUTH, "Kamera melarang akun ini membuka aliran.", None),
    404: (ErrorKind.NOT_FOUND, "Aliran tidak ada pada kamera.", None),
    454: (ErrorKind.CLOSED, "Kamera tidak mengenal lagi sesi ini.", None),
    461: (ErrorKind.PROTOCOL, "Kamera tidak mendukung RTP lewat TCP.", True),
}


def check(answer: Message) -> None:
    """Raise RtspError for any answer but success. Redirects are never followed."""
    status = answer.status
    if 200 <= status < 300:
        return
    if 300 <= status < 400:
        text = "Kamera mengalihkan ke alamat lain; pengalihan tidak diikuti."
        raise RtspError(ErrorKind.PROTOCOL, text, permanent=True)
    known = _REFUSALS.get(status)
    if known is None:
        raise RtspError(ErrorKind.PROTOCOL, f"Kamera menjawab dengan kode {status}.")
    raise RtspError(known[0], known[1], permanent=known[2])


class Dialogue:
    """Speaks RTSP/1.0 (RFC 2326) over a Wire. Frames that come in between go to `on_frame`."""

    def __init__(self, wire: Wire, endpoint: Endpoint, on_frame: Callable[[Frame], None]) -> None:
        self._wire = wire
        self._authorizer = Authorizer(endpoint)
        self._on_frame = on_frame
        self._sequence = 0
        self.session = ""

    def ask(self, method: str, url: str, deadline: float, headers: Sequence[str] = ()) -> Message:
        """Send a request and wait for its answer, of whatever status.

        A 401 is answered with the password once, and once more when only the nonce was stale.
        Raises RtspError.
        """
        for _ in range(_TRIES):
            sequence = self.post(method, url, deadline, headers)
            answer = self._await(sequence, deadline)
            if answer.status != 401:
                self._authorizer.accepted()
                break
            if not self.renew(answer):
                break
        return answer

    def renew(self, answer: Message) -> bool:
        """Take the challenge of a 401; True when the request is worth sending again."""
        return self._authorizer.accept(answer.every("www-authenticate"))

    def post(self, method: str, url: str, deadline: float, headers: Sequence[str] = ()) -> int:
        """Send a request without waiting; gives its CSeq."""
        self._sequence += 1
        lines = [f"{method} {url} RTSP/1.0", f"CSeq: {self._sequence}", f"User-Agent: {_AGENT}"]
        if self.session:
            lines.append(f"Session: {self.session}")
        authorization = self._authorizer.header(method, url)
        if authorization is not None:
            lines.append(f"Authorization: {authorization}")
        self._wire.send("\r\n".join([*lines, *headers, "", ""]).encode("latin-1"), deadline)
        return self._sequence

    def _await(self, sequence: int, deadline: float) -> Message:
        while True:
            for item in self._wire.items():
                if not isinstance(item, Message):
                    self._on_frame(item)
                elif item.status >= 200 and item.sequence in {sequence, None}:
                    return item
            if time.monotonic() > deadline:
                # A peer that never stops talking must not outlast the deadline either.
                raise RtspError(ErrorKind.TIMEOUT, "Kamera tidak menjawab tepat waktu.")
            self._wire.fill(deadline)
