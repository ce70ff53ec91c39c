"""What is left of footage that could not be kept: it too ends with its term, or with an erasure.

That is a torn file, under its own name or under `.quarantine`; the key of a segment that was
prepared and never used; and a file set aside that no row explains. Only an open gate leads here.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from cctvportal.accounts.access import Caller, service
from cctvportal.audit.services import record
from cctvportal.common import crash
from cctvportal.common.clock import now
from devices.models import Camera
from recordings.enums import SegmentState
from recordings.media import placing
from recordings.models import Hold, PurgeRun, RecordingPlan, Segment, Volume
from recordings.models.segment import LONGEST_SEGMENT
from recordings.selectors import torn_in
from recordings.services import erase, tombstones, volumes
from recordings.services.reconcile import QUARANTINE
from recordings.services.volumes import OpenVolume, VolumeUnavailable

_SUFFIXES: Final = (placing.PART, placing.FILM, placing.FACTS)
_LEFT: Final = (SegmentState.LOST, SegmentState.PREPARED)
_OURS: Final = re.compile(
    r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})_(\d{4}_\d\d_\d\d)_"
    r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.\w+\+*"
)


@dataclass(frozen=True, slots=True)
class Stray:
    """A file under `.quarantine` that goes by its name and age. `until`: its last writing.

    `segment` is the row it belongs to, or one that was never saved where the database has none;
    None for a stranger's file. `has_key`: no kept footage needs the key of that segment.
    """

    volume: Volume
    name: str
    until: datetime
    segment: Segment | None = None
    has_key: bool = False

    @property
    def camera_id(self) -> int | None:
        return self.segment.camera_id if self.segment else None


@dataclass(frozen=True, slots=True)
class Remains:
    rows: tuple[Segment, ...]
    strays: tuple[Stray, ...]

    def __bool__(self) -> bool:
        return bool(self.rows or self.strays)


@service("recordings.run")
def past_term(*, by: Caller) -> Remains:
    """What is past its camera's term and under no hold; a stranger's file has the longest term."""
    del by
    rows = Segment.objects.filter(
        state__in=_LEFT,
        purged_at=None,
        expires_at__lte=now(),
        # A disk that is away keeps nothing else from going.
        volume__in=volumes.there(),
    )
    terms = dict(RecordingPlan.objects.values_list("camera", "policy__keep_for"))
    longest = max(terms.values(), default=None)

    def is_over(stray: Stray) -> bool:
        term = terms.get(stray.camera_id or 0, longest)
        return term is not None and stray.until + term <= now()

    return _found(rows, is_over)


@service("recordings.run")
def in_range(camera_ids: Sequence[int], start: datetime, end: datetime, *, by: Caller) -> Remains:
    """What is of [start, end) and under no hold, whatever its term: an erasure takes it along."""
    del by

    def is_inside(stray: Stray) -> bool:
        return (
            stray.camera_id in camera_ids
            and stray.until > start
            and stray.until - LONGEST_SEGMENT < end
        )

    return _found(torn_in(camera_ids, start, end), is_inside)


@service("recordings.run")
def clear(run: PurgeRun, left: Remains, *, by: Caller) -> None:
    """Tombstone, keys, files, record: in the gate's order. May be killed and repeated.

    Raises VolumeUnavailable before anything of a volume goes whose disk is not there.
    """
    for volume, rows in groupby(left.rows, key=attrgetter("volume")):
        _clear_rows(run, volume, list(rows), by=by)
    for volume, strays in groupby(left.strays, key=attrgetter("volume")):
        _clear_strays(run, volume, list(strays), by=by)


def _clear_rows(run: PurgeRun, volume: Volume, rows: list[Segment], *, by: Caller) -> None:
    """The rows stay locked to the end, so that whoever places a hold waits until they are gone.

    They were listed before all the footage went, which takes a while: what was held or turned out
    to be footage meanwhile is left.
    """
    with transaction.atomic(), volumes.opened(volume) as place:
        rows = _still_clear(rows)
        files = _files_of(place, rows)
        # A file that came under a row that seemed unused: reconcile looks at it first.
        rows = [row for row in rows if row.state == SegmentState.LOST or not files[row.pk]]
        if not rows:
            return
        tombstones.append(run, rows)
        erase.destroy_keys(run, rows, by=by)
        _unlink(place, [name for row in rows for name in files[row.pk]])
        ids = [row.pk for row in rows]
        unused, _of = Segment.objects.filter(pk__in=ids, state=SegmentState.PREPARED).delete()
        lost = Segment.objects.filter(pk__in=ids, state=SegmentState.LOST)
        torn = lost.update(purged_at=now(), purge_run=run)
        facts = {"kind": run.kind, "torn": torn, "unused": unused}
        record("footage.remains_purged", by=by, subject=run, facts=facts)
        crash.step("remains.noted")
    crash.step("remains.note_committed")


def _still_clear(rows: list[Segment]) -> list[Segment]:
    """Locks them, and looks for holds in the next statement, whose view is newer."""
    mine = Segment.objects.filter(pk__in=[row.pk for row in rows], state__in=_LEFT, purged_at=None)
    list(mine.order_by("pk").select_for_update().values_list("pk", flat=True))
    return list(mine.filter(~erase.under_hold()).select_related("camera").order_by("pk"))


def _clear_strays(run: PurgeRun, volume: Volume, strays: list[Stray], *, by: Caller) -> None:
    # No row of theirs could be locked: a hold that comes while they go comes too late.
    strays = [stray for stray in strays if not _is_held(stray)]
    if not strays:
        return
    ours = [stray.segment for stray in strays if stray.segment and stray.has_key]
    with volumes.opened(volume) as place:
        if ours:
            tombstones.append(run, ours)
            erase.destroy_keys(run, ours, by=by)
        _unlink(place, [f"{QUARANTINE}/{stray.name}" for stray in strays])
    with transaction.atomic():
        facts = {"kind": run.kind, "files": len(strays), "volume": str(volume.pk)}
        record("footage.strays_purged", by=by, subject=run, facts=facts)


def _found(rows: QuerySet[Segment], wanted: Callable[[Stray], bool]) -> Remains:
    free = rows.filter(~erase.under_hold()).select_related("camera", "volume")
    strays = [
        stray
        for volume in Volume.objects.order_by("pk")
        for stray in _strays(volume)
        if wanted(stray) and not _is_held(stray)
    ]
    return Remains(tuple(free.order_by("volume", "pk")), tuple(strays))


def _strays(volume: Volume) -> Iterator[Stray]:
    try:
        with volumes.opened(volume) as place:
            for name in _listed(place):
                status = os.stat(f"{QUARANTINE}/{name}", dir_fd=place.root, follow_symlinks=False)
                if stat.S_ISDIR(status.st_mode):
                    continue
                stray = _known(volume, name, datetime.fromtimestamp(status.st_mtime, UTC))
                # A stranger's own times say nothing: it counts from when it was set aside.
                aside = datetime.fromtimestamp(status.st_ctime, UTC)
                stray = stray or Stray(volume, name, aside)
                if not _has_own_way(stray):
                    yield stray
    except VolumeUnavailable:
        return


def _known(volume: Volume, name: str, until: datetime) -> Stray | None:
    match = _OURS.fullmatch(name)
    camera = Camera.objects.filter(uuid=match[1]).first() if match else None
    if match is None or camera is None:
        return None
    row = Segment.objects.select_related("camera").filter(pk=match[3]).first()
    day = datetime.strptime(match[2], "%Y_%m_%d").replace(tzinfo=UTC).date()
    owner = row or Segment(pk=match[3], camera=camera, volume=volume, key_day=day)
    return Stray(volume, name, until, owner, has_key=row is None or row.purged_at is not None)


def _has_own_way(stray: Stray) -> bool:
    """Whether a torn row takes this file along."""
    row = stray.segment
    return row is not None and row.state == SegmentState.LOST and row.purged_at is None


def _is_held(stray: Stray) -> bool:
    return Hold.objects.filter(
        camera=stray.camera_id,
        released_at=None,
        starts_at__lt=stray.until,
        ends_at__gt=stray.until - LONGEST_SEGMENT,
    ).exists()


def _files_of(place: OpenVolume, rows: Iterable[Segment]) -> dict[object, list[str]]:
    """The files of each row that are there, set aside or not."""
    aside = _listed(place)
    found: dict[object, list[str]] = {}
    for row in rows:
        base = row.relative_path.removesuffix(placing.FILM)
        flat = base.replace("/", "_") + "."
        found[row.pk] = [
            *(base + each for each in _SUFFIXES if placing.exists(place.root, base + each)),
            *(f"{QUARANTINE}/{name}" for name in aside if name.startswith(flat)),
        ]
    return found


def _listed(place: OpenVolume) -> list[str]:
    try:
        descriptor = os.open(QUARANTINE, os.O_RDONLY | os.O_DIRECTORY, dir_fd=place.root)
    except FileNotFoundError:
        return []
    try:
        return sorted(os.listdir(descriptor))  # noqa: PTH208 - a descriptor is no path
    finally:
        os.close(descriptor)


def _unlink(place: OpenVolume, names: Iterable[str]) -> None:
    folders: set[str] = set()
    for name in names:
        try:
            os.unlink(name, dir_fd=place.root)
        except FileNotFoundError:
            continue
        crash.step("remains.unlinked")
        folders.add(name.rpartition("/")[0])
    for folder in folders:
        placing.sync_folder(place.root, folder)
        crash.step("remains.folder_synced")
    place.check()
