"""What the recorder and a media process say to each other.

One JSON object a packet on a SOCK_SEQPACKET unix socket; the file descriptor of a prepared segment
travels beside its message (SCM_RIGHTS). Passwords and keys go this way only: never by argument,
environment or file. Each side refuses what does not fit the types below.
"""

from __future__ import annotations

import json
import os
import socket
import threading
from dataclasses import asdict, dataclass, field, fields
from math import isfinite
from typing import Any, Final, Self, get_type_hints
from uuid import UUID

MOST_BYTES: Final = 32 * 1024
_MOST_DESCRIPTORS: Final = 4


class ProtocolError(Exception):
    """The other side sent what it never should; the text quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Record this camera until Unwatch. `segment_s` is the wanted length of a segment."""

    camera: UUID
    host: str
    port: int
    target: str = field(repr=False)
    username: str
    password: str = field(repr=False)
    segment_s: float


@dataclass(frozen=True, slots=True)
class Unwatch:
    camera: UUID


@dataclass(frozen=True, slots=True)
class Prepared:
    """A segment to be written, with an empty file's descriptor; `key` has 16 bytes."""

    camera: UUID
    segment: UUID
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Stop:
    """Finish all segments, report them and end."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The first frame of a segment is there; sent again when its time is known better.

    `started_at` is the unix time of that frame.
    """

    camera: UUID
    segment: UUID
    started_at: float


@dataclass(frozen=True, slots=True)
class Closed:
    """A segment is written to its end. Times in seconds, `started_at` unix time.

    `clock_error_s` is the camera's clock minus ours, None when it tells no time.
    """

    camera: UUID
    segment: UUID
    started_at: float
    duration_s: float
    frames: int
    bytes: int
    sha256: str
    codec: str
    width: int
    height: int
    parameters: str
    clock_error_s: float | None


@dataclass(frozen=True, slots=True)
class Broken:
    """Writing failed: what reached the file may be salvaged. `code` is the errno."""

    camera: UUID
    segment: UUID
    code: int


@dataclass(frozen=True, slots=True)
class Lost:
    """No footage since `since` (unix time). `cause` is a word of `recordings.enums.GapCause`."""

    camera: UUID
    cause: str
    since: float
    detail: str


@dataclass(frozen=True, slots=True)
class Health:
    """Of one camera, every few seconds. `last_frame_at` is unix time, 0 before the first."""

    camera: UUID
    last_frame_at: float
    frames: int
    bytes: int
    lost_packets: int


@dataclass(frozen=True, slots=True)
class Unwatched:
    """The last word about a camera: its unused descriptors are closed."""

    camera: UUID


Order = Watch | Unwatch | Prepared | Stop
Report = Opened | Closed | Broken | Lost | Health | Unwatched
Message = Order | Report
_KINDS: Final[dict[str, type[Message]]] = {
    kind.__name__: kind
    for kind in (
        *(Watch, Unwatch, Prepared, Stop),
        *(Opened, Closed, Broken, Lost, Health, Unwatched),
    )
}
_HINTS: Final = {name: get_type_hints(kind) for name, kind in _KINDS.items()}


def encode(message: Message) -> bytes:
    body = {name: _plain(value) for name, value in asdict(message).items()}
    return json.dumps({"kind": type(message).__name__, **body}).encode()


def decode(raw: bytes) -> Message:
    """Raises ProtocolError for anything but one of the messages above, whole and well typed."""
    try:
        body = json.loads(raw)
        name = body.pop("kind")
        kind = _KINDS[name]
        if body.keys() != {each.name for each in fields(kind)}:
            raise ProtocolError(f"wrong fields for {name}")
        hints = _HINTS[name]
        return kind(**{key: _typed(value, hints[key]) for key, value in body.items()})
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise ProtocolError(f"no message of ours ({type(error).__name__})") from None


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return value.hex()
    return str(value) if isinstance(value, UUID) else value


def _typed(value: Any, hint: Any) -> Any:
    if hint is UUID:
        return UUID(value)
    if hint is bytes:
        return bytes.fromhex(value)
    allowed = (int, float) if hint is float else hint
    if hint == float | None:
        allowed = (int, float, type(None))
    if not isinstance(value, allowed) or isinstance(value, bool):
        raise TypeError(hint)
    if isinstance(value, float) and not isfinite(value):
        raise ValueError(hint)
    return value


class Channel:
    """One end of the socket. `send` may be called from any thread, `receive` from one."""

    def __init__(self, sock: socket.socket, *, patience: float | None = None) -> None:
        """`patience` bounds each send in seconds; None waits as long as it takes."""
        sock.settimeout(patience)
        self._sock = sock
        self._lock = threading.Lock()

    @classmethod
    def pair(cls, *, patience: float) -> tuple[Self, socket.socket]:
        """Our end, and the other's socket to be inherited by a child."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        return cls(ours, patience=patience), theirs

    def fileno(self) -> int:
        return self._sock.fileno()

    def send(self, message: Message, descriptors: tuple[int, ...] = ()) -> None:
        """Raises OSError when the other side is gone, or does not take it within `patience`."""
        with self._lock:
            socket.send_fds(self._sock, [encode(message)], list(descriptors))

    def receive(self) -> tuple[Message, tuple[int, ...]] | None:
        """The next message, with descriptors that are now the caller's; None at the end.

        Waits for one: poll first. Raises ProtocolError, OSError.
        """
        raw, descriptors, flags, _ = socket.recv_fds(self._sock, MOST_BYTES, _MOST_DESCRIPTORS)
        if not raw:
            return None
        cut = flags & (socket.MSG_TRUNC | socket.MSG_CTRUNC)
        try:
            return decode(b"" if cut else raw), tuple(descriptors)
        except ProtocolError:
            for each in descriptors:
                os.close(each)
            raise

    def close(self) -> None:
        self._sock.close()
