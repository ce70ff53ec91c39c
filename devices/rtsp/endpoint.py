"""Where a stream is, and who may see it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NoReturn
from urllib.parse import unquote

from devices.rtsp.errors import ErrorKind, RtspError

DEFAULT_PORT = 554
_URL_LIMIT = 2048
_SCHEME = "rtsp://"
_HOST = re.compile(
    r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,253})|[0-9A-Fa-f:.]{2,45}(?:%[A-Za-z0-9]{1,16})?"
)
_TARGET = re.compile(r"/[\x21-\x7e]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def _refuse(message: str) -> NoReturn:
    raise RtspError(ErrorKind.ADDRESS, message)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Address of one stream. Neither repr nor `url` shows the password.

    `target` stays out of the repr too: some makers put the password in the path.
    Raises RtspError(ADDRESS) when a part could not stand in a request line.
    """

    host: str
    port: int = DEFAULT_PORT
    target: str = field(default="/", repr=False)
    username: str = ""
    password: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if not _HOST.fullmatch(self.host):
            _refuse("Nama host kamera tidak sah.")
        if not 0 < self.port < 65536:
            _refuse("Nomor port kamera harus antara 1 dan 65535.")
        if len(self.target) > _URL_LIMIT or not _TARGET.fullmatch(self.target):
            _refuse("Jalur aliran pada alamat RTSP tidak sah.")
        if _CONTROL.search(self.username) or _CONTROL.search(self.password):
            _refuse("Nama pengguna atau kata sandi kamera memuat karakter kendali.")
        if ":" in self.username:
            # RFC 7617 section 2: the first colon ends the name.
            _refuse("Nama pengguna kamera tidak boleh memuat titik dua.")

    @classmethod
    def parse(cls, url: str) -> Endpoint:
        """Read `rtsp://[user[:password]@]host[:port]/path?query` (RFC 2326 section 3.2).

        An @ inside the password is understood; name and password may be percent-encoded.
        Raises RtspError(ADDRESS); its text repeats no part of the address.
        """
        if len(url) > _URL_LIMIT or _CONTROL.search(url):
            _refuse("Alamat RTSP terlalu panjang atau memuat karakter kendali.")
        if not url.lower().startswith(_SCHEME):
            _refuse("Alamat kamera harus diawali rtsp://.")
        authority, slash, rest = url[len(_SCHEME) :].partition("/")
        if not slash:
            authority, _, query = authority.partition("?")
            rest = f"?{query}" if query else ""
        user_part, at, host_part = authority.rpartition("@")
        if not at and "@" in rest.partition("?")[0]:
            # Most likely a password with a slash, which would end up in the visible part.
            _refuse("Tulis garis miring di dalam kata sandi sebagai %2F.")
        username, _, password = user_part.partition(":")
        host, port = _host_and_port(host_part)
        return cls(host, port, f"/{rest.partition('#')[0]}", unquote(username), unquote(password))

    @property
    def authority(self) -> str:
        """host[:port] as it stands in a URL."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORT else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The address without name and password."""
        return f"{_SCHEME}{self.authority}{self.target}"


def _host_and_port(text: str) -> tuple[str, int]:
    if text.startswith("["):
        host, bracket, tail = text[1:].partition("]")
        if not bracket or (tail and not tail.startswith(":")):
            _refuse("Alamat IPv6 kamera tidak sah.")
        port = tail[1:]
    else:
        host, _, port = text.partition(":")
    if not port:
        return host, DEFAULT_PORT
    if not (port.isascii() and port.isdigit() and len(port) <= 5):
        _refuse("Nomor port kamera harus antara 1 dan 65535.")
    return host, int(port)
