"""`purge-<size>`: the whole passage of expired footage, beside a bare unlink and fsync of the same.

Everything is on: the gate with its clock check, holds looked up and enforced by the trigger, the
tombstones' fsync, keys destroyed under new epochs, files unlinked and folders synced, audit. The
database is durable. A hold in the middle of what has expired must keep its own minutes.
"""

from __future__ import annotations

import os
import time
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from benches import rows
from benches.report import Result, load
from benches.rows import Doomed
from cctvportal.accounts.access import SYSTEM
from cctvportal.common.clock import now
from devices.models import Camera
from recordings.enums import HoldKind, SegmentState
from recordings.models import Hold, Segment, Volume
from recordings.services import erase, expiry

LEAST_A_SECOND: Final = 1000
_HELD: Final = timedelta(minutes=10)
_REFERENCE: Final = "bench"


def main(size: str, count: str = "40000") -> int:
    """Purges so many of `size` rows (1e5, 1e6, 1e7)."""
    rows.fill(int(float(size)))
    doomed = rows.expire(int(count))
    volume = Path(Volume.objects.get(label="Kedaluwarsa").path)
    bare = _bare(volume.with_name("bare"), doomed)
    held = _place_holds(doomed)
    with erase.gate():
        pass  # the first look at the clock after a boot is no part of a purge
    begin, busy = time.perf_counter(), time.process_time()
    run = expiry.purge_expired(by=SYSTEM)
    seconds, busy = time.perf_counter() - begin, time.process_time() - busy
    kept = Segment.objects.filter(pk__in=held, state=SegmentState.READY).count()
    left = sum(1 for _ in volume.rglob("*.mp4"))
    gone = run.segments_purged if run else 0
    _release_holds()
    if (gone, kept, left) != (len(doomed) - len(held), len(held), len(held)):
        raise SystemExit(f"purged {gone}, kept {kept} of {len(held)} held, {left} files left")
    return Result(
        name=f"purge-{size}",
        unit="ms/segment",
        ours=1000 * seconds / gone,
        peer=1000 * bare / len(doomed),
        peer_name="unlink + fsync of the folder, the same files",
        most_ours=1000 / LEAST_A_SECOND,
        detail={
            "rows": Segment.objects.count(),
            "purged": gone,
            "held": len(held),
            "segments_per_s": round(gone / seconds),
            "own_cpu_ms": round(1000 * busy / gone, 3),
            "load": load(),
        },
    ).write()


def _bare(root: Path, doomed: list[Doomed]) -> float:
    """Seconds for the same files without the gate."""
    rows.write_files(root, doomed)
    folders: dict[str, list[str]] = defaultdict(list)
    for one in doomed:
        folder, _, name = one.base.rpartition("/")
        folders[folder] += [f"{name}.mp4", f"{name}.json"]
    begin = time.perf_counter()
    for folder, names in folders.items():
        for name in names:
            (root / folder / name).unlink()
        descriptor = os.open(root / folder, os.O_RDONLY | os.O_DIRECTORY)
        os.fsync(descriptor)
        os.close(descriptor)
    return time.perf_counter() - begin


def _place_holds(doomed: list[Doomed]) -> list[UUID]:
    """One over ten minutes of the expired, and one over an hour of each camera's later footage."""
    middle = Segment.objects.get(pk=doomed[len(doomed) // 2].segment)
    if middle.started_at is None:
        raise SystemExit("a kept row without its time")
    start, end = middle.started_at, middle.started_at + _HELD
    _hold(middle.camera_id, start, end)
    later = now() - timedelta(days=4)
    for camera in Camera.objects.exclude(pk=middle.camera_id):
        _hold(camera.pk, later, later + timedelta(hours=1))
    theirs = Segment.objects.filter(camera=middle.camera_id, started_at__lt=end, ended_at__gt=start)
    expired = theirs.filter(state=SegmentState.READY, expires_at__lte=now())
    return list(expired.values_list("pk", flat=True))


def _hold(camera_id: int, start: datetime, end: datetime) -> None:
    Hold.objects.create(
        camera_id=camera_id,
        starts_at=start,
        ends_at=end,
        kind=HoldKind.REQUEST,
        reference=_REFERENCE,
        placed_at=now(),
    )


def _release_holds() -> None:
    Hold.objects.filter(reference=_REFERENCE, released_at=None).update(released_at=now())
