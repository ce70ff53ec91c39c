"""The gate: the only code that removes footage or destroys its keys (design.md 9).

Expiry and the erasure of an assessment pass it alike: candidates -> no hold (checked on locked
rows, and by a trigger) -> DOOMED -> tombstone outside the database -> keys destroyed under a new
epoch -> files unlinked through a directory descriptor -> PURGED with the audit entry. Every step
may be killed and repeated; where the disk, the marker or the clock is in doubt, nothing goes.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from operator import attrgetter
from typing import Final

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, QuerySet, Sum

from cctvportal.accounts.access import SYSTEM, Caller, service
from cctvportal.audit.services import record
from cctvportal.common.clock import now
from recordings.enums import PurgeKind, PurgeState, SegmentState
from recordings.media.keystore import SegmentRef
from recordings.models import Hold, PurgeRun, Segment
from recordings.models.segment import KEPT
from recordings.services import clockguard, tombstones, volumes

log = logging.getLogger(__name__)
_GATE_LOCK: Final = 0x47415445  # "GATE": one passage at a time in the whole cluster
_BATCH: Final = 500


class GateClosed(Exception):  # noqa: N818 - named for what happened
    """Nothing may be removed just now; the Indonesian sentence says why."""


@contextmanager
def gate() -> Iterator[None]:
    """One passage at a time, by an advisory lock that dies with its connection.

    Raises GateClosed while another passage runs, or when the clock cannot be trusted.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_GATE_LOCK])
        if not cursor.fetchone()[0]:
            raise GateClosed("Penghapusan lain sedang berjalan.")
    try:
        clockguard.check()
        yield
    except clockguard.ClockDoubtful as doubt:
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
    """Marks up to one batch of kept candidates without a hold for `run`; returns how many.

    The rows are locked first and the holds looked up after, in a statement with a newer view, so
    that a hold placed meanwhile is seen. Rows that somebody else holds locked are skipped.
    """
    del by
    with transaction.atomic():
        locked = list(
            candidates.filter(~under_hold(), state__in=KEPT)
            .order_by("expires_at")
            .select_for_update(skip_locked=True, of=("self",))
            .values_list("pk", flat=True)[:_BATCH]
        )
        return Segment.objects.filter(~under_hold(), pk__in=locked, state__in=KEPT).update(
            state=SegmentState.DOOMED, doomed_at=now(), purge_run=run
        )


@service("recordings.run")
def finish_doomed(*, by: Caller) -> int:
    """Carries every DOOMED segment through to PURGED; returns how many went.

    Raises VolumeUnavailable before anything of a volume goes whose disk is not there.
    """
    doomed = (
        Segment.objects.filter(state=SegmentState.DOOMED)
        .select_related("camera", "volume", "purge_run")
        .order_by("purge_run", "volume", "pk")
    )
    gone = 0
    for (run, volume), rows in groupby(doomed, key=attrgetter("purge_run", "volume")):
        segments = list(rows)
        with volumes.opened(volume) as place:
            tombstones.append(run, segments)
            _destroy_keys(run, segments)
            _unlink(place, segments)
        _note_purged(run, segments, by=by)
        gone += len(segments)
    return gone


def _destroy_keys(run: PurgeRun, segments: list[Segment]) -> None:
    refs = [SegmentRef(row.camera.uuid, row.key_day, row.pk) for row in segments]
    keys = volumes.keystore()
    done = keys.destroy(refs)
    if any(keys.has(ref) for ref in refs):
        raise GateClosed("Kunci rekaman masih terbaca sesudah dimusnahkan. Hubungi admin TI.")
    PurgeRun.objects.filter(pk=run.pk, epoch_before=None).update(epoch_before=done.epoch_before)
    PurgeRun.objects.filter(pk=run.pk).update(epoch_after=done.epoch_after)


def _unlink(place: volumes.OpenVolume, segments: list[Segment]) -> None:
    folders: set[str] = set()
    for segment in segments:
        path = segment.relative_path
        for name in (path, path.removesuffix(".mp4") + ".json"):
            try:
                os.unlink(name, dir_fd=place.root)
            except FileNotFoundError:
                continue
            folders.add(os.path.dirname(name))  # noqa: PTH120 - relative to a descriptor
    for folder in folders:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY, dir_fd=place.root)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    place.check()


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


def expired() -> QuerySet[Segment]:
    return Segment.objects.filter(state__in=KEPT, expires_at__lte=now())


@service("recordings.run")
def purge_expired(*, by: Caller) -> PurgeRun | None:
    """Removes what is past its term and under no hold (SOP step 5); None when there is nothing.

    Raises GateClosed or VolumeUnavailable; a run that is far larger than usual stops and waits
    for a person instead.
    """
    with gate():
        finish_doomed(by=by)
        planned = expired().filter(~under_hold()).count()
        if not planned or _breaker_open():
            return None
        run = PurgeRun.objects.create(kind=PurgeKind.EXPIRY, started_at=now())
        if sentence := _too_many(planned):
            return _stop(run, sentence)
        while doom(run, expired(), by=by):
            finish_doomed(by=by)
        return finish(run, by=by)


@service("recordings.run")
def finish(run: PurgeRun, *, by: Caller) -> PurgeRun:
    """Closes a run whose segments are all gone."""
    del by
    run.refresh_from_db()
    run.state, run.finished_at = PurgeState.DONE, now()
    run.save(update_fields=["state", "finished_at"])
    return run


def _stop(run: PurgeRun, sentence: str) -> PurgeRun:
    with transaction.atomic():
        run.state, run.reason, run.finished_at = PurgeState.STOPPED, sentence, now()
        run.save()
        record("purge.stopped", by=SYSTEM, subject=run, facts={"reason": sentence})
    log.error("purge stopped: %s", sentence)
    return run


def _breaker_open() -> bool:
    latest = PurgeRun.objects.filter(kind=PurgeKind.EXPIRY).order_by("-started_at").first()
    return latest is not None and latest.state == PurgeState.STOPPED


def _too_many(planned: int) -> str:
    """A sentence when today's purges would pass three times the usual day, else empty.

    The usual is the median of the last fortnight's days that purged anything; without a week of
    history there is no usual, and nothing to compare with (recording.md 3, traps 8 and 9).
    """
    days = (
        PurgeRun.objects.filter(kind=PurgeKind.EXPIRY, segments_purged__gt=0)
        .values("started_at__date")
        .annotate(total=Sum("segments_purged"))
        .order_by("-started_at__date")
    )
    today = now().date()
    totals = sorted(row["total"] for row in days if row["started_at__date"] != today)[:14]
    already = sum(row["total"] for row in days if row["started_at__date"] == today)
    if len(totals) < 7:
        return ""
    usual = totals[len(totals) // 2]
    if planned + already <= 3 * usual:
        return ""
    return (
        f"Akan terhapus {planned + already} potongan hari ini, biasanya {usual}. "
        "Periksa jam dan masa simpan sebelum dilanjutkan."
    )
