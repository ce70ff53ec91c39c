"""RTSP requests and replies as text (RFC 2326), and the description of a stream (RFC 4566)."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from devices.simulator.coded import nal_type
from devices.simulator.rtp import CLOCK_RATE, PAYLOAD_TYPE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from devices.simulator.coded import Format

TRACK = "track0"
BODY_LIMIT = 16_384  # bytes
REASONS = {
    454: "Session Not Found",
    459: "Aggregate Operation Not Allowed",
    461: "Unsupported Transport",
    505: "RTSP Version Not Supported",
    551: "Option Not Supported",
}
SPROP = {32: "sprop-vps", 33: "sprop-sps", 34: "sprop-pps"}


class Refusal(Exception):  # noqa: N818 - an answer to the client, not an error of ours
    """Answer this request with an error status."""

    def __init__(self, status: int, **headers: str) -> None:
        super().__init__(status)
        self.status, self.headers = status, headers


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    uri: str
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case

    @classmethod
    def parse(cls, head: bytes) -> Request:
        """The request line and headers. Raises Refusal 400 or 505."""
        first, *rest = head.decode("utf-8", "replace").strip("\r\n").split("\r\n")
        parts = first.split(" ")
        if len(parts) != 3:
            raise Refusal(400)
        if parts[2] != "RTSP/1.0":
            raise Refusal(505)
        named = (line.partition(":") for line in rest if ":" in line)
        headers = {name.strip().lower(): value.strip() for name, _, value in named}
        return cls(parts[0], parts[1], headers)

    @property
    def body_length(self) -> int:
        text = self.headers.get("content-length", "0")
        if not text.isdecimal():
            raise Refusal(400)
        if int(text) > BODY_LIMIT:
            raise Refusal(413)
        return int(text)

    @property
    def path(self) -> str:
        """Path of the stream, without the track and the query."""
        path = urlsplit(self.uri).path.strip("/")
        return path.removesuffix(TRACK).rstrip("/")

    @property
    def session(self) -> str:
        return self.headers.get("session", "").partition(";")[0].strip()


def reply(status: int, sequence: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    reason = REASONS.get(status) or HTTPStatus(status).phrase
    lines = [f"RTSP/1.0 {status} {reason}", f"CSeq: {sequence}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def describe(form: Format, name: str) -> bytes:
    """Session description of one video stream (RFC 6184 8.2, RFC 7798 7.2)."""
    sets = [(nal, base64.b64encode(nal).decode()) for nal in form.parameter_sets]
    if form.codec == "h264":
        kind, profile = "H264", next(n for n, _ in sets if nal_type("h264", n) == 7)[1:4].hex()
        details = f"packetization-mode=1;profile-level-id={profile};sprop-parameter-sets="
        details += ",".join(text for _, text in sets)
    else:
        kind = "H265"
        details = ";".join(f"{SPROP[nal_type('h265', n)]}={text}" for n, text in sets)
    title = " ".join(name.split()) or "kamera"
    lines = [
        "v=0",
        "o=- 1 1 IN IP4 127.0.0.1",
        f"s={title}",
        "c=IN IP4 0.0.0.0",
        "t=0 0",
        "a=control:*",
        "a=range:npt=now-",
        f"m=video 0 RTP/AVP {PAYLOAD_TYPE}",
        f"a=rtpmap:{PAYLOAD_TYPE} {kind}/{CLOCK_RATE}",
        f"a=fmtp:{PAYLOAD_TYPE} {details}",
        f"a=framerate:{form.fps:g}",
        f"a=control:{TRACK}",
        "",
    ]
    return "\r\n".join(lines).encode()
