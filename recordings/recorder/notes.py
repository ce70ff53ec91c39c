"""What the recorder tells the database, as facts that also fit into a file.

A note that the database refuses, whatever is tried, is set aside under `ledger/` in the data folder
and told: it stops no other note, and it is never lost.
"""

from __future__ import annotations

import json
import logging
import time
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Final

from django.conf import settings

from cctvportal.accounts.access import SYSTEM
from cctvportal.common.clock import now
from recordings.enums import AlarmKind, GapCause
from recordings.media import durable
from recordings.services import alarms, gaps

log = logging.getLogger(__name__)
_SUFFIX: Final = ".json"
_UNREADABLE: Final = ".unreadable"


@dataclass(frozen=True, slots=True)
class GapOpened:
    """A camera delivers nothing since then. `fence`: of the recorder that says so."""

    camera: int
    fence: int
    cause: str
    since: datetime
    detail: str

    def write(self) -> None:
        gaps.open_gap(
            self.camera,
            cause=GapCause(self.cause),
            since=self.since,
            detail=self.detail,
            fence=self.fence,
            by=SYSTEM,
        )

    def write_late(self) -> None:
        """What came after is written already: the gap ends where the next footage begins."""
        gaps.book_holes(
            self.camera,
            start=self.since - timedelta(minutes=1),
            end=now(),
            cause=GapCause(self.cause),
            detail=self.detail,
            by=SYSTEM,
        )


@dataclass(frozen=True, slots=True)
class GapClosed:
    camera: int
    fence: int
    at: datetime

    def write(self) -> None:
        gaps.close_gap(self.camera, at=self.at, fence=self.fence, by=SYSTEM)

    write_late: ClassVar = write


@dataclass(frozen=True, slots=True)
class AlarmRaised:
    kind: str
    subject: str
    facts: dict[str, Any]
    at: datetime

    def write(self) -> None:
        alarms.raise_(AlarmKind(self.kind), self.subject, self.facts, self.at, by=SYSTEM)

    write_late: ClassVar = write


@dataclass(frozen=True, slots=True)
class AlarmCleared:
    kind: str
    subject: str
    at: datetime

    def write(self) -> None:
        alarms.clear(AlarmKind(self.kind), self.subject, self.at, by=SYSTEM)

    write_late: ClassVar = write


Note = GapOpened | GapClosed | AlarmRaised | AlarmCleared
_KINDS: Final[dict[str, type[Note]]] = {
    kind.__name__: kind for kind in (GapOpened, GapClosed, AlarmRaised, AlarmCleared)
}
_TIMES: Final = {"since", "at"}


def set_aside(note: Note) -> None:
    """Durable on return. Raises OSError."""
    folder = _folder()
    folder.mkdir(mode=0o700, exist_ok=True)
    body = {"kind": type(note).__name__, **asdict(note)}
    path = folder / f"{time.time_ns():020d}{_SUFFIX}"
    durable.replace(path, json.dumps(body, default=datetime.isoformat).encode())


def try_again() -> int:
    """Writes what was set aside, in its order; returns how many notes are left.

    What no code of ours can read is renamed and stays for a person. Raises the database's errors
    only when the database is away.
    """
    left = 0
    for path in sorted(_folder().glob(f"*{_SUFFIX}")):
        try:
            note = _read(path.read_bytes())
        except (ValueError, TypeError, KeyError):
            log.exception("a note that nobody can read: %s", path.name)
            path.rename(path.with_suffix(_UNREADABLE))
            continue
        try:
            note.write_late()
        except Exception:
            log.exception("a note is refused again: %s", path.name)
            left += 1
        else:
            path.unlink()
            durable.sync_folder(path.parent)
    return left


def _read(raw: bytes) -> Note:
    body = json.loads(raw)
    kind = _KINDS[body.pop("kind")]
    if body.keys() != {each.name for each in fields(kind)}:
        raise ValueError("wrong fields")
    values: dict[str, Any] = {
        name: datetime.fromisoformat(value) if name in _TIMES else value
        for name, value in body.items()
    }
    return kind(**values)


def _folder() -> Path:
    return Path(settings.PORTAL_DATA_DIR) / "ledger"
