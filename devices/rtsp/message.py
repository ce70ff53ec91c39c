"""RTSP messages (RFC 2326 sections 4 to 7), read with limits from a growing buffer."""

from __future__ import annotations

import re
from dataclasses import dataclass

from devices.rtsp.errors import ErrorKind, RtspError

HEAD_LIMIT = 16 * 1024
LINE_LIMIT = 4096
HEADER_LIMIT = 64
BODY_LIMIT = 16 * 1024

_HEAD_END = re.compile(rb"\r?\n\r?\n")
_STATUS_LINE = re.compile(r"RTSP/1\.\d +(\d{3})(?: .*)?")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_REQUEST_LINE = re.compile(r"([A-Z_]{3,20}) +\S+ +RTSP/1\.\d")


@dataclass(frozen=True, slots=True)
class Message:
    """One answer, or a request that the camera makes of us (status 0, method set)."""

    status: int
    method: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def get(self, name: str) -> str:
        """First value of a header, name in lower case; "" without one."""
        return next((value for key, value in self.headers if key == name), "")

    def every(self, name: str) -> tuple[str, ...]:
        return tuple(value for key, value in self.headers if key == name)

    @property
    def sequence(self) -> int | None:
        """CSeq, None when it is missing or no number."""
        return number(self.get("cseq"))


def number(text: str, *, digits: int = 10) -> int | None:
    """A plain decimal number, None for anything else."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None


def parse(data: bytes | memoryview) -> tuple[Message, int] | None:
    """Read one message from the front of `data`; None while it is incomplete.

    Gives the message and its length in bytes. Raises RtspError: LIMIT when a line, the head, the
    number of headers or the body is larger than allowed, PROTOCOL when it is no RTSP.
    """
    head = bytes(data[: HEAD_LIMIT + 4])
    found = _HEAD_END.search(head)
    if found is None:
        _check_unfinished(head)
        return None
    if found.start() > HEAD_LIMIT:
        raise RtspError(ErrorKind.LIMIT, "Kepala pesan RTSP dari kamera terlalu panjang.")
    lines = head[: found.start()].decode("latin-1").split("\n")
    if any(len(line) > LINE_LIMIT for line in lines):
        raise RtspError(ErrorKind.LIMIT, "Baris pesan RTSP dari kamera terlalu panjang.")
    status, method = _first_line(lines[0].rstrip())
    headers = _headers(lines[1:])
    length = _body_length(headers)
    end = found.end() + length
    if len(data) < end:
        return None
    return Message(status, method, headers, bytes(data[found.end() : end])), end


def _check_unfinished(head: bytes) -> None:
    if not head[:4].replace(b"_", b"").isalpha():
        raise RtspError(ErrorKind.PROTOCOL, "Kamera mengirim data yang bukan RTSP.")
    if len(head) > HEAD_LIMIT or max(map(len, head.split(b"\n"))) > LINE_LIMIT:
        raise RtspError(ErrorKind.LIMIT, "Kepala pesan RTSP dari kamera terlalu panjang.")


def _first_line(line: str) -> tuple[int, str]:
    if status := _STATUS_LINE.fullmatch(line):
        return int(status[1]), ""
    if request := _REQUEST_LINE.fullmatch(line):
        return 0, request[1]
    raise RtspError(ErrorKind.PROTOCOL, "Kamera mengirim data yang bukan RTSP.")


def _headers(lines: list[str]) -> tuple[tuple[str, str], ...]:
    if len(lines) > HEADER_LIMIT:
        raise RtspError(ErrorKind.LIMIT, "Pesan RTSP dari kamera memuat terlalu banyak kepala.")
    headers: list[tuple[str, str]] = []
    for each in lines:
        line = each.rstrip("\r")
        if _CONTROL.search(line):
            continue  # a nonce with a line break in it would come back to the camera as two lines
        if line[:1] in {" ", "\t"} and headers:  # RFC 2068 section 4.2: a folded line
            name, value = headers.pop()
            headers.append((name, f"{value} {line.strip()}".strip()))
            continue
        name, colon, value = line.partition(":")
        if colon:  # cameras do send lines without one: nothing hangs on them
            headers.append((name.strip().lower(), value.strip()))
    return tuple(headers)


def _body_length(headers: tuple[tuple[str, str], ...]) -> int:
    values = {value for name, value in headers if name == "content-length"}
    if not values:
        return 0
    length = number(values.pop(), digits=20)
    if length is None or values:
        raise RtspError(ErrorKind.PROTOCOL, "Panjang isi jawaban RTSP dari kamera tidak sah.")
    if length > BODY_LIMIT:
        raise RtspError(ErrorKind.LIMIT, "Isi jawaban RTSP dari kamera terlalu besar.")
    return length
