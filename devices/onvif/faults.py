"""SOAP faults, read as cameras write them: with prefixes they never declare, or in SOAP 1.1.

Looked for in the bytes rather than in zeep's Fault, which is lost when a prefix is undeclared.
"""

from __future__ import annotations

import re
from typing import Final

from devices.onvif.errors import ErrorKind

_FAULT: Final = re.compile(rb"<(?:[\w.-]+:)?Fault[\s>]")
_CODE: Final = re.compile(
    rb"<(?:[\w.-]+:)?(?:Value|faultcode)(?:\s[^>]*)?>\s*(?:[\w.-]+:)?([\w.-]+)\s*<"
)
_REASON: Final = re.compile(rb"<(?:[\w.-]+:)?(?:Text|faultstring)(?:\s[^>]*)?>([^<]{1,400})")
_REFUSED: Final = re.compile(r"not\s?authorized|unauthorized|authentication fail", re.IGNORECASE)
# ONVIF Core specification 5.11.2, WS-Security 1.1 section 12.
_KINDS: Final = {
    "NotAuthorized": ErrorKind.AUTH,
    "FailedAuthentication": ErrorKind.AUTH,
    "InvalidSecurity": ErrorKind.AUTH,
    "MessageExpired": ErrorKind.CLOCK,
    "ActionNotSupported": ErrorKind.NOT_SUPPORTED,
    "OptionalActionNotImplemented": ErrorKind.NOT_SUPPORTED,
    "UnknownAction": ErrorKind.NOT_SUPPORTED,
    "NoSuchService": ErrorKind.NOT_SUPPORTED,
}


def read(content: bytes) -> tuple[ErrorKind, str] | None:
    """Kind and the camera's own words (not scrubbed) if `content` is a fault, else None."""
    if not _FAULT.search(content):
        return None
    reason = " ".join(part.decode(errors="replace") for part in _REASON.findall(content)[:2])
    for code in _CODE.findall(content):
        kind = _KINDS.get(code.decode())
        if kind:
            return kind, reason
    return (ErrorKind.AUTH if _REFUSED.search(reason) else ErrorKind.BROKEN), reason
