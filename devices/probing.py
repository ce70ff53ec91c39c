"""Finding out what an address really is, before it is saved: ONVIF where there is, RTSP always."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from devices import rtsp
from devices.onvif import Adapter, OnvifError
from devices.rtsp import Endpoint, RtspError


@dataclass(frozen=True, slots=True)
class Finding:
    """What a probe saw. `reason` is the sentence for the user where `ok` is false.

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

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def probe_stream(endpoint: Endpoint) -> Finding:
    """A few seconds of the stream; never raises for what a camera does."""
    try:
        seen = rtsp.probe(endpoint)
    except RtspError as error:
        return Finding(ok=False, stream_url=endpoint.url, reason=str(error))
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
        return Finding(ok=False, reason=str(error))
    except RtspError as error:
        return Finding(ok=False, services=services, reason=str(error))
    return replace(
        probe_stream(endpoint),
        clock_error_s=clock_error,
        manufacturer=identity.manufacturer,
        model=identity.model,
        serial=identity.serial,
        services=services,
    )
