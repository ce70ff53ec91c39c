"""What was destroyed, told outside the database, so that a restore cannot bring it back."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings

from cctvportal.common import crash
from cctvportal.common.clock import now
from recordings.models import PurgeRun, Segment

_LONGEST_LINE: Final = 4096  # a line is some 300 bytes
_NAMES_SEGMENT, _NAMES_RUN = b'"segment": "', b'"run": "'


def append(run: PurgeRun, segments: Iterable[Segment]) -> None:
    """Writes a line a segment to this month's file and fsyncs it, before any key or file goes.

    A line may stand twice when a run was killed and repeated; readers count segments, not lines.
    """
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    moment = now()
    lines = "".join(
        json.dumps(
            {
                "at": moment.isoformat(),
                "run": str(run.pk),
                "kind": run.kind,
                "segment": str(segment.pk),
                "camera": str(segment.camera.uuid),
                "key_day": segment.key_day.isoformat(),
                "sha256": segment.sha256,
            },
            sort_keys=True,
        )
        + "\n"
        for segment in segments
    )
    path = folder / f"{moment:%Y-%m}.jsonl"
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    with os.fdopen(os.open(path, flags, 0o600), "a") as handle:
        handle.write(lines)
        handle.flush()
        os.fsync(handle.fileno())
    crash.step("purge.tombstone_written")
    directory = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
    crash.step("purge.tombstone_synced")


def newest_run() -> str:
    """The run of the last whole line written, empty without any. Raises OSError.

    By the files' own times: a wrong clock may have named one after a month to come.
    """
    books = sorted(_folder().glob("*.jsonl"), key=lambda path: path.stat().st_mtime_ns)
    for book in reversed(books):
        with book.open("rb") as handle:
            size = handle.seek(0, os.SEEK_END)
            handle.seek(max(0, size - _LONGEST_LINE))
            # Behind the last line end lies nothing, or what a killed process left of a line.
            lines = handle.read().split(b"\n")[:-1]
        if run := next(filter(None, (_named(_NAMES_RUN, line) for line in reversed(lines))), None):
            return str(run)
    return ""


def told_of(segments: set[UUID]) -> set[UUID]:
    """Those of `segments` that a line names. Reads every book: ask only where it matters."""
    found: set[UUID] = set()
    for book in _folder().glob("*.jsonl"):
        with book.open("rb") as handle:
            for line in handle:
                segment = _named(_NAMES_SEGMENT, line)
                if segment and segment in segments:
                    found.add(segment)
    return found


def _named(what: bytes, line: bytes) -> UUID | None:
    """The last of its kind: in front of it may stand what a killed process left of a line."""
    _before, _, name = line.rpartition(what)
    try:
        return UUID(name[:36].decode())
    except ValueError:
        return None


def _folder() -> Path:
    return Path(settings.PORTAL_DATA_DIR) / "tombstones"
