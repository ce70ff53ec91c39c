"""The gate: with `remains`, the only code that removes footage or destroys its keys (design.md 9).

Expiry and the erasure of an assessment pass it alike: candidates -> no hold (checked on locked
rows, and by a trigger) -> DOOMED -> tombstone outside the database -> keys destroyed under a new
epoch -> files unlinked through a directory descriptor -> PURGED with the audit entry. Every step
may be killed and repeated; where the disk, the marker or the clock is in doubt, nothing goes.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import date, datetime, timedelta
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import Final

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, QuerySet, prefetch_related_objects

from cctvportal.accounts.access import Caller, service
from cctvportal.audit.services import record
from cctvportal.common import crash
from cctvportal.common.clock import now
from recordings.enums import PurgeState, SegmentState
from recordings.media.keystore import SegmentRef
from recordings.models import Hold, PurgeRun, Segment, Volume
from recordings.models.segment import KEPT
from recordings.services import absent_keys, clockguard, restored, tombstones, volumes

_GATE_LOCK: Final = 0x47415445  # "GATE": one passage at a time in the whole cluster
_BATCH: Final = 500  # rows locked at once, while somebody may want to place a hold
# Doomed rows carried through at once: their days' keys are sealed anew and each folder is synced
# once for all of them. It bounds memory (some 40 MB), and the time of the largest transaction.
_SLICE: Final = 20_000
_TOGETHER: Final = 8  # folders at a time: a filesystem answers syncs that come together with one
_STILL_WRITTEN: Final = timedelta(days=2)  # a recorder uses the folder of no older day
_DOUBTS: Final = (clockguard.ClockDoubtful, restored.DatabaseOld, absent_keys.KeysElsewhere)


class GateClosed(Exception):  # noqa: N818 - named for what happened
    """Nothing may be removed just now; the Indonesian sentence says why."""


@contextmanager
def gate() -> Iterator[None]:
    """One passage at a time, by an advisory lock that dies with its connection.

    Raises GateClosed while another passage runs, or when the clock or the database cannot be
    trusted. What was written into the access book meanwhile is noted at the end too.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_GATE_LOCK])
        if not cursor.fetchone()[0]:
            raise GateClosed("Penghapusan lain sedang berjalan.")
    try:
        clockguard.check()
        restored.check()
        yield
        restored.check()
    except _DOUBTS as doubt:
        raise GateClosed(str(doubt)) from doubt
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_GATE_LOCK])


def under_hold() -> Exists:
    """A condition on segments: an active hold overlaps."""
    return Exists(
        Hold.objects.filter(
            camera=OuterRef("camera"),
            released_at=None,
            starts_at__lt=OuterRef("ended_at"),
            ends_at__gt=OuterRef("started_at"),
        )
    )


@service("recordings.run")
def doom(run: PurgeRun, candidates: QuerySet[Segment], *, by: Caller) -> int:
    """Marks up to a slice of kept candidates without a hold for `run`; returns how many.

    In short transactions, from the earliest term on. In each the rows are locked first and the
    holds looked up after, in a statement with a newer view, so that a hold placed meanwhile is
    seen. Rows that somebody else holds locked are skipped.
    """
    del by
    doomed, left = 0, candidates
    while doomed < _SLICE:
        count, reached = _doom_batch(run, left)
        if reached is None:
            break
        # What is held, or doomed already, lies in front: it is not looked at again.
        doomed, left = doomed + count, candidates.filter(expires_at__gte=reached)
    return doomed


def _doom_batch(run: PurgeRun, candidates: QuerySet[Segment]) -> tuple[int, datetime | None]:
    """How many were doomed, and the latest term among those looked at; None without any."""
    with transaction.atomic():
        locked = list(
            candidates.filter(~under_hold(), state__in=KEPT)
            .order_by("expires_at")
            .select_for_update(skip_locked=True, of=("self",))
            .values_list("pk", "expires_at")[:_BATCH]
        )
        doomed = Segment.objects.filter(
            ~under_hold(), pk__in=[pk for pk, _term in locked], state__in=KEPT
        ).update(state=SegmentState.DOOMED, doomed_at=now(), purge_run=run)
        crash.step("purge.doomed")
    crash.step("purge.doom_committed")
    return doomed, locked[-1][1] if locked else None


@service("recordings.run")
def finish_doomed(*, by: Caller) -> int:
    """Carries the DOOMED segments through to PURGED; returns how many went.

    Those of a volume whose disk is not there wait, and keep no other from going (see `insist`).
    Raises KeysElsewhere, which closes the gate, where a key is absent that was not destroyed here.
    """
    gone, there = 0, volumes.there()
    while rows := _doomed(there):
        for (run, volume), group in groupby(rows, key=attrgetter("purge_run", "volume")):
            segments = list(group)
            with volumes.opened(volume) as place:
                absent_keys.check(segments)
                tombstones.append(run, segments)
                destroy_keys(run, segments, by=by)
                _unlink(place, segments)
            _note_purged(run, segments, by=by)
        gone += len(rows)
    return gone


def insist(rows: QuerySet[Segment]) -> None:
    """Raises VolumeUnavailable when any of these is left, with the sentence about its disk."""
    # In the order of an index: by its key, which `first` would take, it walks the whole table.
    if left := rows.select_related("volume").order_by("expires_at").first():
        raise volumes.VolumeUnavailable(volumes.absent(left.volume))


def _doomed(there: list[Volume]) -> list[Segment]:
    """The next slice, what lies in one folder together."""
    doomed = Segment.objects.filter(state=SegmentState.DOOMED, volume__in=there)
    rows = list(doomed.order_by("purge_run", "volume", "camera", "key_day")[:_SLICE])
    # One object a camera, volume and run; a join would make three more for every row.
    prefetch_related_objects(rows, "camera", "volume", "purge_run")
    return rows


@service("recordings.run")
def destroy_keys(run: PurgeRun, segments: list[Segment], *, by: Caller) -> None:
    """Destroys the keys of these segments under a new epoch, and proves it by looking."""
    del by
    refs = [SegmentRef(row.camera.uuid, row.key_day, row.pk) for row in segments]
    keys = volumes.keystore()
    done = keys.destroy(refs)
    crash.step("purge.keys_destroyed")
    if keys.readable(refs):
        raise GateClosed("Kunci rekaman masih terbaca sesudah dimusnahkan. Hubungi admin TI.")
    PurgeRun.objects.filter(pk=run.pk, epoch_before=None).update(epoch_before=done.epoch_before)
    PurgeRun.objects.filter(pk=run.pk).update(epoch_after=done.epoch_after)


def _unlink(place: volumes.OpenVolume, segments: list[Segment]) -> None:
    folders: dict[tuple[str, date], list[str]] = defaultdict(list)
    for segment in segments:
        folder, _, film = segment.relative_path.rpartition("/")
        folders[folder, segment.key_day] += [film, film.removesuffix(".mp4") + ".json"]
    with ThreadPoolExecutor(_TOGETHER) as pool:
        for _done in pool.map(partial(_empty, place.root), folders.items()):
            pass
    place.check()


def _empty(root: int, work: tuple[tuple[str, date], list[str]]) -> None:
    """Takes files out of a folder, durably; a folder of the past goes with its last file."""
    (folder, day), names = work
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=root)
    except FileNotFoundError:
        return
    try:
        for name in names:
            with suppress(FileNotFoundError):
                os.unlink(name, dir_fd=descriptor)
                crash.step("purge.unlinked")
        # Also where nothing was left: whoever unlinked it may have been killed before this.
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    crash.step("purge.folder_synced")
    if day < (now() - _STILL_WRITTEN).date():
        with suppress(OSError):
            os.rmdir(folder, dir_fd=root)


def _note_purged(run: PurgeRun, segments: list[Segment], *, by: Caller) -> None:
    with transaction.atomic():
        purged = Segment.objects.filter(
            pk__in=[row.pk for row in segments], state=SegmentState.DOOMED
        ).update(state=SegmentState.PURGED, purged_at=now())
        size = sum(row.bytes for row in segments)
        PurgeRun.objects.filter(pk=run.pk).update(
            segments_purged=F("segments_purged") + purged, bytes_purged=F("bytes_purged") + size
        )
        record(
            "footage.purged",
            by=by,
            subject=run,
            facts={
                "kind": run.kind,
                "segments": purged,
                "bytes": size,
                "cameras": sorted({row.camera_id for row in segments}),
                "from": min(row.started_at for row in segments if row.started_at).isoformat(),
                "until": max(row.ended_at for row in segments if row.ended_at).isoformat(),
            },
        )
        crash.step("purge.noted")
    crash.step("purge.note_committed")


def expired() -> QuerySet[Segment]:
    return Segment.objects.filter(state__in=KEPT, expires_at__lte=now())


@service("recordings.run")
def finish(run: PurgeRun, *, by: Caller) -> PurgeRun:
    """Closes a run whose segments are all gone."""
    del by
    run.refresh_from_db()
    run.state, run.finished_at = PurgeState.DONE, now()
    run.save(update_fields=["state", "finished_at"])
    crash.step("purge.finished")
    return run
