"""`reconcile-rate`: every file and row of a volume explained, beside a walk that looks at each."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Final

from benches import rows
from benches.report import Result, load
from cctvportal.accounts.access import SYSTEM
from recordings.models import Volume
from recordings.services.reconcile import reconcile

LEAST_A_MINUTE: Final = 50_000


def main(size: str, count: str = "40000") -> int:
    """Of so many segments, a film and its facts each, on one volume."""
    rows.fill(int(float(size)))
    expected = 2 * len(rows.expire(int(count)))
    volume = Volume.objects.get(label="Kedaluwarsa")
    begin = time.perf_counter()
    walked = _walk(volume.path)
    bare = time.perf_counter() - begin
    begin = time.perf_counter()
    found = reconcile(volume, by=SYSTEM)
    seconds = time.perf_counter() - begin
    if found.files != expected or found.unexplained:
        raise SystemExit(f"{found.files} files of {expected}, {found.unexplained[:3]}")
    return Result(
        name="reconcile-rate",
        unit="s/50000 files",
        ours=seconds / found.files * LEAST_A_MINUTE,
        peer=bare / walked * LEAST_A_MINUTE,
        peer_name="a walk that looks at every file",
        most_ours=60.0,
        detail={
            "files": found.files,
            "files_per_minute": round(found.files / seconds * 60),
            "load": load(),
        },
    ).write()


def _walk(root: str) -> int:
    seen = 0
    for folder, _below, names in os.walk(root):
        for name in names:
            Path(folder, name).stat()
            seen += 1
    return seen
