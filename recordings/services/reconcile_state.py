"""What a run of `reconcile` knows from one folder to the next, and after it was killed."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings

from cctvportal.common.clock import now
from recordings.media import durable
from recordings.models import ReconcileRun, Volume

_SAVE_SECONDS: Final = 5.0
# What was looked at longer ago is looked at again.
_STALE_RUN: Final = timedelta(days=1)
_MOST_TOLD: Final = 1000


@dataclass(slots=True)
class Findings:
    """Counts of one run over one volume. `holes`: times without footage that nobody had booked."""

    files: int = 0
    rows: int = 0
    at_work: int = 0
    adopted: int = 0
    salvaged: int = 0
    torn: int = 0
    young: int = 0
    removed: int = 0
    lost: int = 0
    quarantined: int = 0
    holes: int = 0
    unexplained: list[str] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        numbers = {each.name: getattr(self, each.name) for each in fields(self)}
        return {**numbers, "unexplained": len(self.unexplained)}


class Progress:
    """How far a run is: its row, and the sightings beside it. A killed run's is taken up again."""

    def __init__(self, volume: Volume) -> None:
        moment = now()
        self.row, created = ReconcileRun.objects.get_or_create(
            volume=volume, finished_at=None, defaults={"started_at": moment}
        )
        if not created and moment - self.row.started_at > _STALE_RUN:
            self.row.started_at, self.row.cursor, self.row.found = moment, "", {}
        self.began_at = self.row.cursor  # empty for a run that begins here
        self.found = Findings(**self.row.found)
        self.sightings = Sightings(volume, str(self.row.pk))
        self._saved = time.monotonic()

    @property
    def cursor(self) -> str:
        return self.row.cursor

    def passed(self, cursor: str) -> None:
        """All up to here is looked at; written down every few seconds."""
        self.row.cursor = cursor
        if time.monotonic() - self._saved > _SAVE_SECONDS:
            self._save()

    def end(self) -> None:
        self.sightings.forget_others()
        self.row.cursor, self.row.finished_at = "", now()
        self._save()

    def _save(self) -> None:
        """The sightings first: a run that goes on behind the cursor does not see them again."""
        self.sightings.save()
        told = self.found.unexplained[:_MOST_TOLD]
        self.row.found = self.found.counts() | {"unexplained": told}
        self.row.save()
        self._saved = time.monotonic()


class Sightings:
    """When a file that nobody can explain was first seen, over the runs."""

    def __init__(self, volume: Volume, run: str) -> None:
        self._path = _folder() / f"{volume.pk}.json"
        self._run = run
        self._changed = False
        try:
            # path: when it was first seen, and in which run last
            self._seen: dict[str, tuple[str, str]] = {
                path: (first, last)
                for path, (first, last) in json.loads(self._path.read_text()).items()
            }
        except (OSError, ValueError, TypeError, AttributeError):
            self._seen = {}

    def first_seen(self, path: str, moment: datetime) -> datetime:
        first, _last = self._seen.get(path, (moment.isoformat(), ""))
        self._seen[path] = first, self._run
        self._changed = True
        return datetime.fromisoformat(first)

    def forget_others(self) -> None:
        """What this run did not see any more."""
        still = {path: seen for path, seen in self._seen.items() if seen[1] == self._run}
        self._changed = self._changed or len(still) < len(self._seen)
        self._seen = still

    def save(self) -> None:
        if self._changed:
            durable.replace(self._path, json.dumps(self._seen).encode())
            self._changed = False


@contextmanager
def alone(volume: Volume) -> Iterator[None]:
    """One run a volume at a time; another waits here. The lock ends with its process."""
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
    descriptor = os.open(_folder() / f"{volume.pk}.lock", flags, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _folder() -> Path:
    folder = Path(settings.PORTAL_DATA_DIR) / "reconcile"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder
