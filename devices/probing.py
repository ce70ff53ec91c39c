"""Finding out what an address really is, before it is saved: ONVIF where there is, RTSP always."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from devices import onvif, rtsp
from devices.onvif import Adapter, OnvifError
from devices.rtsp import Endpoint, ErrorKind, RtspError

log = logging.getLogger(__name__)

_PASSWORD: Final = "password"  # noqa: S105 - the name of a field
_CABLE: Final = "Periksa kabel, daya, dan alamatnya."
_AGAIN: Final = "Coba lagi; bila tetap begitu, mulai ulang kamera itu."
_REMEDIES: Final = {
    ErrorKind.ADDRESS: "Contoh: rtsp://192.168.1.20:554/jalur.",
    ErrorKind.UNREACHABLE: _CABLE,
    ErrorKind.TIMEOUT: _CABLE,
    ErrorKind.AUTH: "Periksa keduanya, lalu ketik lagi.",
    ErrorKind.NOT_FOUND: "Periksa jalur di belakang alamatnya.",
    ErrorKind.PROTOCOL: "Periksa alamat dan portnya.",
    ErrorKind.NOT_VIDEO: "Setel kamera ke H.264 atau H.265.",
    ErrorKind.STALLED: _AGAIN,
    ErrorKind.CLOSED: _AGAIN,
    ErrorKind.CLOCK_JUMP: _AGAIN,
    ErrorKind.LIMIT: _AGAIN,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What a probe saw.

    Where `ok` is false `reason` is the sentence for the user, `field` the form's part it is about.
    `clock_error_s` is device time minus ours; zero sizes and None mean unknown.
    """

    ok: bool
    stream_url: str = ""
    codec: str = ""
    width: int = 0
    height: int = 0
    fps: float = 0.0
    keyframe_interval_s: float | None = None
    clock_error_s: float | None = None
    manufacturer: str = ""
    model: str = ""
    serial: str = ""
    services: tuple[str, ...] = ()
    reason: str = ""
    field: str = "url"

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def refused(error: RtspError) -> Finding:
    """The camera's fault with what to do about it."""
    field = _PASSWORD if error.kind == ErrorKind.AUTH else "url"
    return Finding(ok=False, reason=f"{error} {_REMEDIES[error.kind]}", field=field)


def probe_stream(endpoint: Endpoint) -> Finding:
    """A few seconds of the stream; never raises for what a camera does."""
    try:
        seen = rtsp.probe(endpoint)
    except RtspError as error:
        return replace(refused(error), stream_url=endpoint.url)
    return Finding(
        ok=True,
        stream_url=endpoint.url,
        codec=seen.codec,
        width=seen.width,
        height=seen.height,
        fps=round(seen.fps, 2),
        keyframe_interval_s=seen.keyframe_interval_s,
        clock_error_s=seen.clock_error_s,
    )


def probe_onvif(host: str, port: int, username: str, password: str) -> Finding:
    """Identity, services and the first profile's stream, which is then watched."""
    adapter = Adapter(host, port, username, password)
    try:
        clock_error = adapter.clock_error()
        identity = adapter.identity()
        services = adapter.services()
        profiles = adapter.profiles()
        if not profiles:
            return Finding(ok=False, services=services, reason="Kamera tidak punya profil gambar.")
        address = adapter.stream_uri(profiles[0].token)
        endpoint = replace(Endpoint.parse(address), username=username, password=password)
    except OnvifError as error:
        # What the camera said in its own English is for the log.
        log.info("ONVIF probe of %s: %s (%s)", host, error.kind, error.detail)
        field = _PASSWORD if error.kind == onvif.ErrorKind.AUTH else "url"
        return Finding(ok=False, reason=str(error), field=field)
    except RtspError as error:
        return replace(refused(error), services=services)
    return replace(
        probe_stream(endpoint),
        clock_error_s=clock_error,
        manufacturer=identity.manufacturer,
        model=identity.model,
        serial=identity.serial,
        services=services,
    )
