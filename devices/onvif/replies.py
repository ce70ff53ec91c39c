"""Readers of zeep's reply objects. A camera may leave out anything, whatever the schema says."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from devices.onvif.errors import ErrorKind, OnvifError
from devices.onvif.facts import Identity, Profile

_TEXT_LENGTH: Final = 200
_TOKEN_LENGTH: Final = 256
_MOST_PROFILES: Final = 64
_MOST_SERVICES: Final = 64
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# Namespaces that onvif-zeep has no WSDL for, but whose presence is worth showing.
_NEWER: Final = {
    "http://www.onvif.org/ver20/media/wsdl": "media2",
    "http://www.onvif.org/ver10/analyticsdevice/wsdl": "analyticsdevice",
    "http://www.onvif.org/ver10/accesscontrol/wsdl": "accesscontrol",
}


def clock(reply: Any) -> float:
    """Unix time the camera told; whole seconds cut off, so the middle of that second.

    Raises OnvifError(CLOCK) without UTC (local time alone is not a time) or for an impossible one.
    """
    utc = _get(reply, "UTCDateTime") or _get(_get(reply, "SystemDateAndTime"), "UTCDateTime")
    date, hours = _get(utc, "Date"), _get(utc, "Time")
    try:
        numbers = [int(_get(date, part)) for part in ("Year", "Month", "Day")]
        numbers += [int(_get(hours, part)) for part in ("Hour", "Minute", "Second")]
        year, month, day, hour, minute, second = numbers
        second = min(second, 59)  # a leap second is told as 60
        told = dt.datetime(year, month, day, hour, minute, second, tzinfo=dt.UTC)
        return told.timestamp() + 0.5
    except (TypeError, ValueError, OverflowError):
        raise OnvifError(ErrorKind.CLOCK) from None


def identity(reply: Any) -> Identity:
    """Raises OnvifError(BROKEN) when the camera tells nothing of it."""
    fields = ("Manufacturer", "Model", "FirmwareVersion", "SerialNumber")
    found = Identity(*(_text(_get(reply, name)) for name in fields))
    if not (found.manufacturer or found.model or found.serial):
        raise OnvifError(ErrorKind.BROKEN, "identitas kosong")
    return found


def services(reply: Any, known: Mapping[str, str]) -> dict[str, str]:
    """XAddr by short name, from GetServices. A namespace nobody knows is left out.

    Raises OnvifError(BROKEN) for an empty list: a camera without any service does not exist.
    """
    names = {**_NEWER, **known}
    found: dict[str, str] = {}
    for entry in _list(reply)[:_MOST_SERVICES]:
        name = names.get(str(_get(entry, "Namespace") or "").strip())
        xaddr = _get(entry, "XAddr")
        if name and isinstance(xaddr, str):
            found.setdefault(name, xaddr.strip())
    if not found:
        raise OnvifError(ErrorKind.BROKEN, "daftar layanan kosong")
    return found


def capabilities(reply: Any, known: set[str]) -> dict[str, str]:
    """XAddr by short name, from GetCapabilities and its extension.

    Raises OnvifError(BROKEN) when there is none.
    """
    found: dict[str, str] = {}
    for holder in (reply, _get(reply, "Extension")):
        for key, xaddr in _addresses(holder):
            name = "devicemgmt" if key == "Device" else key.lower()
            if name in known and isinstance(xaddr, str):
                found.setdefault(name, xaddr.strip())
    if not found:
        raise OnvifError(ErrorKind.BROKEN, "daftar layanan kosong")
    return found


def profiles(reply: Any) -> tuple[Profile, ...]:
    found = (_profile(entry) for entry in _list(reply)[:_MOST_PROFILES])
    return tuple(profile for profile in found if profile)


def uri(reply: Any) -> str:
    """The address in a MediaUri. Raises OnvifError(BROKEN) when there is none."""
    told = _get(reply, "Uri")
    if not isinstance(told, str) or not told.strip():
        raise OnvifError(ErrorKind.BROKEN, "alamat kosong")
    return told.strip()


def _profile(entry: Any) -> Profile | None:
    token = _get(entry, "token")
    encoder = _get(entry, "VideoEncoderConfiguration")
    if not isinstance(token, str) or not 0 < len(token) <= _TOKEN_LENGTH or encoder is None:
        return None
    size, rate = _get(encoder, "Resolution"), _get(encoder, "RateControl")
    return Profile(
        token=token,
        name=_text(_get(entry, "Name")),
        codec=_text(_get(encoder, "Encoding")).lower(),
        width=_number(_get(size, "Width"), 65_535),
        height=_number(_get(size, "Height"), 65_535),
        fps=float(_number(_get(rate, "FrameRateLimit"), 1_000)),
        bitrate_kbps=_number(_get(rate, "BitrateLimit"), 10_000_000),
    )


def _get(holder: Any, name: str) -> Any:
    return getattr(holder, name, None)


def _addresses(holder: Any) -> Iterator[tuple[str, Any]]:
    """Capability names and XAddrs, of read capabilities and of those zeep left as XML.

    It leaves them when the camera omits parts that the schema demands; `_value_1` holds them.
    """
    for key in holder if holder is not None else ():
        yield key, _get(holder[key], "XAddr")
    for element in _list(_get(holder, "_value_1")):
        yield str(element.tag).rpartition("}")[2], element.findtext("{*}XAddr")


def _list(reply: Any) -> list[Any]:
    return reply if isinstance(reply, list) else []


def _text(value: Any) -> str:
    return _CONTROL.sub(" ", str(value if value is not None else "")).strip()[:_TEXT_LENGTH]


def _number(value: Any, largest: int) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        return 0
    return number if 0 <= number <= largest else 0
