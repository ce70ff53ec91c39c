"""Addresses: the person who entered the camera decides the host, the camera only the path.

A camera that names another host (its own wrong interface, or an inner server on purpose) would
otherwise receive our login, or make us call what we should not reach.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from devices.network import IPAddress, routable
from devices.onvif.errors import ErrorKind, OnvifError

__all__ = ["IPAddress", "Origin", "routable"]
SockAddress = tuple[socket.AddressFamily, tuple[object, ...]]

_HOST: Final = re.compile(r"[A-Za-z0-9._:-]{1,253}")
_PATH_LENGTH: Final = 1024
_RTSP_PORT: Final = 554


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port as configured. Raises OnvifError(ADDRESS) when they make no sense."""

    scheme: str
    host: str
    port: int

    def __post_init__(self) -> None:
        if self.scheme not in {"http", "https"}:
            raise OnvifError(ErrorKind.ADDRESS, "skema harus http atau https")
        if not _HOST.fullmatch(self.host):
            raise OnvifError(ErrorKind.ADDRESS, "nama host")
        if not 1 <= self.port <= 65535:
            raise OnvifError(ErrorKind.ADDRESS, "porta harus 1 sampai 65535")

    @property
    def bracketed_host(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.bracketed_host}:{self.port}"

    def pinned(self, claimed: str, *, query: bool = False) -> str:
        """Our origin with the path of `claimed`, and its query where that carries the meaning."""
        return self.url + _target(claimed, query=query)

    def pinned_rtsp(self, claimed: str) -> str:
        """`rtsp://` on our host: port (554 if none), path and query of `claimed`, no userinfo."""
        target = _target(claimed, query=True)
        try:
            parts = urlsplit(claimed)
            port = parts.port or _RTSP_PORT
        except ValueError:
            raise OnvifError(ErrorKind.ADDRESS, "porta alamat RTSP") from None
        if parts.scheme.lower() != "rtsp":
            raise OnvifError(ErrorKind.ADDRESS, "alamat video bukan rtsp")
        return f"rtsp://{self.bracketed_host}:{port}{target}"

    def resolve(self, allow: Callable[[IPAddress], bool]) -> list[SockAddress]:
        """Every address behind the host, each allowed; connect to these and look up no more.

        The check stands behind the resolver because "2130706433" and "127.1" are loopback to it.
        Raises OnvifError: UNREACHABLE for an unknown name, ADDRESS when one is not allowed.
        """
        try:
            found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise OnvifError(ErrorKind.UNREACHABLE, "nama host tidak dikenal") from None
        for _, _, _, _, address in found:
            if not allow(ipaddress.ip_address(str(address[0]).partition("%")[0])):
                raise OnvifError(ErrorKind.ADDRESS, "alamat di luar jaringan kamera")
        return [(family, address) for family, _, _, _, address in found]


def _target(claimed: str, *, query: bool) -> str:
    # urlsplit drops tabs and line breaks without a word: look before it does.
    if len(claimed) > _PATH_LENGTH or not claimed.isascii() or not claimed.isprintable():
        raise OnvifError(ErrorKind.ADDRESS, "alamat dari kamera tidak wajar")
    if " " in claimed:
        raise OnvifError(ErrorKind.ADDRESS, "alamat dari kamera tidak wajar")
    try:
        parts = urlsplit(claimed)
    except ValueError:
        raise OnvifError(ErrorKind.ADDRESS, "alamat dari kamera tidak wajar") from None
    path = "/" + parts.path.lstrip("/")
    return f"{path}?{parts.query}" if query and parts.query else path
