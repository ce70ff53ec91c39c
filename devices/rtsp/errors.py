"""What can go wrong with a camera stream, as facts that callers can act on."""

from __future__ import annotations

from enum import StrEnum


class ErrorKind(StrEnum):
    ADDRESS = "address"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    AUTH = "auth"
    NOT_FOUND = "not_found"
    PROTOCOL = "protocol"
    NOT_VIDEO = "not_video"
    STALLED = "stalled"
    CLOSED = "closed"
    CLOCK_JUMP = "clock_jump"
    LIMIT = "limit"


# Trying again helps with none of these before a person has changed something; a repeated wrong
# password even locks accounts on many cameras.
_PERMANENT = frozenset(
    {ErrorKind.ADDRESS, ErrorKind.AUTH, ErrorKind.NOT_FOUND, ErrorKind.NOT_VIDEO},
)


class RtspError(Exception):
    """The only exception that devices.rtsp raises for what a camera or the network does.

    The text is a sentence for the user. It never quotes what the camera sent nor the path of the
    stream: both may hold a password.
    """

    def __init__(self, kind: ErrorKind, message: str, *, permanent: bool | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.permanent = kind in _PERMANENT if permanent is None else permanent
