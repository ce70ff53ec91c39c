"""What can go wrong with an ONVIF camera, in words that hold no password."""

from __future__ import annotations

import html
import re
from enum import StrEnum
from typing import Final
from urllib.parse import quote

_DETAIL_LENGTH: Final = 160
_CREDENTIALS: Final = re.compile(r"//[^@/\s'\"]*@")
_UNPRINTABLE: Final = re.compile(r"[^\x20-\x7e\u00a0-\uffff]+")


class ErrorKind(StrEnum):
    ADDRESS = "ADDRESS"
    UNREACHABLE = "UNREACHABLE"
    TIMEOUT = "TIMEOUT"
    AUTH = "AUTH"
    CLOCK = "CLOCK"
    NOT_SUPPORTED = "NOT_SUPPORTED"
    BROKEN = "BROKEN"


_SENTENCES: Final = {
    ErrorKind.ADDRESS: "Alamat kamera tidak dapat dipakai; periksa host, porta, dan skemanya.",
    ErrorKind.UNREACHABLE: "Kamera tidak terhubung; periksa kabel, daya, alamat, dan portanya.",
    ErrorKind.TIMEOUT: "Kamera tidak menjawab sampai batas waktu; coba lagi sebentar lagi.",
    ErrorKind.AUTH: "Kamera menolak nama pengguna atau kata sandi ini; periksa, lalu ketik lagi.",
    ErrorKind.CLOCK: "Jam kamera tidak dapat dibaca; setel jam atau NTP kamera itu.",
    ErrorKind.NOT_SUPPORTED: "Kamera ini tidak menyediakan ONVIF; pakai alamat rtsp kamera itu.",
    ErrorKind.BROKEN: "Jawaban kamera tidak sesuai ONVIF; pakai alamat rtsp kamera itu.",
}
# Trying again changes nothing until a person corrects the camera or its entry; repeated wrong
# logins lock accounts on real cameras.
_PERMANENT: Final = frozenset({ErrorKind.ADDRESS, ErrorKind.AUTH, ErrorKind.NOT_SUPPORTED})


class OnvifError(Exception):
    """One failed talk with a camera.

    `kind` says what to do about it, `permanent` that a repeat is useless, `detail` what was seen
    (short, printable, without the password), for the log. `str()` is a sentence for the user; only
    for an address, where the detail is in our own words, does it say that too.
    """

    def __init__(self, kind: ErrorKind, detail: str = "") -> None:
        self.kind = kind
        self.permanent = kind in _PERMANENT
        self.detail = detail
        told = f" ({detail})" if detail and kind is ErrorKind.ADDRESS else ""
        super().__init__(f"{_SENTENCES[kind]}{told}")


def scrubbed(text: str, secret: str) -> str:
    """Shorten device text to one printable line in which `secret` and URL userinfo are blanked.

    Devices echo what they were sent, so the password is looked for as sent, as escaped in XML and
    as quoted in a URL.
    """
    forms = {secret, html.escape(secret), html.escape(secret, quote=False), quote(secret, safe="")}
    for form in sorted(forms - {""}, key=len, reverse=True):
        text = text.replace(form, "***")
    text = _CREDENTIALS.sub("//***@", text)
    return _UNPRINTABLE.sub(" ", text).strip()[:_DETAIL_LENGTH]
