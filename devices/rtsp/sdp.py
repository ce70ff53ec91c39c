"""The session description (RFC 4566), as far as we let it in: one H.264 or H.265 video."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field, replace
from typing import Literal

from devices.rtsp.assembler import facts_of
from devices.rtsp.errors import ErrorKind, RtspError
from devices.rtsp.message import BODY_LIMIT, number
from devices.rtsp.units import CLOCK_RATE, Track

URL_LIMIT = 2048
_LINE_LIMIT = 1024
_SET_LIMIT = 16
_STARTS = {b"\0\0\0", b"\0\0\1"}
_ABSOLUTE = re.compile(r"rtspu?://", re.IGNORECASE)
_USER = re.compile(r"(?<=://)[^/?#]*@")
_LINE_END = re.compile(r"\r?\n|\r")
_UNSENDABLE = re.compile(r"[^\x21-\x7e]")
_PROTOCOLS = {"RTP/AVP", "RTP/AVPF", "RTP/AVP/TCP"}
_CODECS: dict[str, Literal["h264", "h265"]] = {"H264/90000": "h264", "H265/90000": "h265"}
_SPROP = {
    "h264": ("sprop-parameter-sets",),
    "h265": ("sprop-vps", "sprop-sps", "sprop-pps"),
}


@dataclass(frozen=True, slots=True)
class Offer:
    """The video we take, and the URLs to set it up and to play it."""

    track: Track
    payload_type: int
    setup_url: str
    play_url: str


@dataclass(slots=True)
class _Media:
    kind: str
    protocol: str
    formats: list[str]
    control: str = ""
    maps: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, dict[str, str]] = field(default_factory=dict)


def choose(body: bytes, base: str) -> Offer:
    """Take the first H.264 or H.265 video; audio and metadata are never asked for.

    `base` is what relative control URLs build on (RFC 2326 section C.1.1). Raises RtspError:
    NOT_VIDEO when there is no such video, LIMIT or PROTOCOL for a description we do not read.
    """
    session, media = _parse(body)
    for each in media:
        for payload_type in each.formats if each.kind == "video" else ():
            codec = _CODECS.get(each.maps.get(payload_type, ""))
            if codec is None or each.protocol not in _PROTOCOLS:
                continue
            parameters = each.parameters.get(payload_type, {})
            _check_mode(parameters)
            track = Track(codec, _sets(codec, parameters), CLOCK_RATE)
            facts = facts_of(track)
            return Offer(
                replace(track, width=facts.width, height=facts.height),
                int(payload_type),
                join(base, each.control),
                join(base, session.control),
            )
    raise RtspError(ErrorKind.NOT_VIDEO, "Kamera tidak menawarkan video H.264 atau H.265.")


def join(base: str, control: str) -> str:
    """The URL of a control attribute.

    Cameras mean "base, slash, control" also where RFC 1808 would replace the last part: a base
    like `/realmonitor?channel=1` has to stay whole. Name and password never go along.
    """
    if control in {"", "*"}:
        url = base
    elif _ABSOLUTE.match(control):
        url = control
    elif base.endswith("/") or control.startswith("/"):
        url = base + control
    else:
        url = f"{base}/{control}"
    url = _USER.sub("", url, count=1)
    if len(url) > URL_LIMIT or _UNSENDABLE.search(url):
        raise RtspError(ErrorKind.PROTOCOL, "Alamat kendali dari kamera tidak sah.")
    return url


def base_url(asked: str, content_base: str, content_location: str) -> str:
    """The base of RFC 2326 section C.1.1; what is no RTSP URL falls back to the one we asked."""
    for candidate in (content_base, content_location):
        if _ABSOLUTE.match(candidate.strip()):
            return candidate.strip()
    return asked


def _parse(body: bytes) -> tuple[_Media, list[_Media]]:
    if len(body) > BODY_LIMIT:
        raise RtspError(ErrorKind.LIMIT, "Uraian sesi dari kamera terlalu besar.")
    lines = _LINE_END.split(body.decode("latin-1"))  # splitlines() knows ends inside of UTF-8
    if len(lines) > _LINE_LIMIT:
        raise RtspError(ErrorKind.LIMIT, "Uraian sesi dari kamera terlalu panjang.")
    session = current = _Media("session", "", [])
    media: list[_Media] = []
    for line in lines:
        if line.startswith("m="):
            words = line[2:].split()
            current = _Media(words[0] if words else "", "".join(words[2:3]), [])
            current.formats = [word for word in words[3:] if number(word, digits=3) is not None]
            media.append(current)
        elif line.startswith("a="):
            _attribute(current, line[2:])
    return session, media


def _attribute(media: _Media, text: str) -> None:
    name, _, value = text.partition(":")
    if name == "control":
        media.control = value.strip()
    elif name == "rtpmap":
        payload_type, _, mapping = value.strip().partition(" ")
        media.maps.setdefault(payload_type, mapping.strip().upper())
    elif name == "fmtp":
        payload_type, _, rest = value.strip().partition(" ")
        pairs = (part.partition("=") for part in rest.split(";"))
        media.parameters[payload_type] = {
            key.strip().lower(): value.strip() for key, _, value in pairs
        }


def _check_mode(parameters: dict[str, str]) -> None:
    """Interleaved NAL units would need reordering that no camera of this world asks for."""
    mode = parameters.get("packetization-mode", "0") or "0"
    late = parameters.get("sprop-max-don-diff", "0") or "0"
    if mode not in {"0", "1"} or late != "0":
        raise RtspError(ErrorKind.NOT_VIDEO, "Cara kamera membungkus video tidak didukung.")


def _sets(codec: Literal["h264", "h265"], parameters: dict[str, str]) -> tuple[bytes, ...]:
    """Sets out of band; broken ones are left out, the stream brings them too."""
    found: list[bytes] = []
    for name in _SPROP[codec]:
        for text in parameters.get(name, "").split(",")[:_SET_LIMIT]:
            try:
                data = base64.b64decode(text + "=" * (-len(text) % 4))
            except (binascii.Error, ValueError):
                continue
            nal = data.lstrip(b"\0").removeprefix(b"\1") if data[:3] in _STARTS else data
            nal = nal.rstrip(b"\0")
            if len(nal) > 2 and nal not in found:
                found.append(nal)
    return tuple(found)
