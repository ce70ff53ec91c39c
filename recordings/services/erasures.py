"""Letting the source of an assessment go after it was handed over (SOP step 4, design.md 9)."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cctvportal.accounts.access import Caller, service
from cctvportal.accounts.models import User
from cctvportal.audit.services import record
from cctvportal.common import crash
from cctvportal.common.clock import now
from cctvportal.common.errors import Conflict, Refused
from cctvportal.jobs.lease import Lease
from cctvportal.jobs.models import Job
from cctvportal.jobs.registry import JobWaits
from cctvportal.jobs.services import enqueue
from recordings.enums import (
    ErasureState,
    ExportState,
    HoldKind,
    PurgeKind,
    PurgeState,
    Purpose,
    SegmentState,
)
from recordings.media import placing
from recordings.models import Erasure, Export, PurgeRun, Segment
from recordings.models.segment import KEPT
from recordings.selectors import segments_in, torn_in
from recordings.services import erase, holds, remains, sealing, volumes
from recordings.signals import source_erased


@service("recordings.request_erasure")
def request_erasure(export: Export, *, by: User) -> Erasure:
    """The officer asks that the source of a verified assessment export be destroyed.

    The layer above lets this happen only after the hand-over. Raises Refused, or Conflict while one
    that was asked for before lives; after a cancelled one it may be asked for again.
    """
    if export.purpose != Purpose.ASSESSMENT or export.state != ExportState.VERIFIED:
        raise Refused(_("Sumber hanya dihapus setelah rekaman asesmen diekspor dan dicocokkan."))
    try:
        with transaction.atomic():
            erasure = Erasure.objects.create(export=export, requested_by=by, requested_at=now())
            record("erasure.requested", by=by, subject=erasure, facts={"number": export.number})
    except IntegrityError:
        raise Conflict(_("Pemusnahan untuk permohonan ini sudah diminta.")) from None
    return erasure


@service("recordings.confirm_erasure")
def confirm_erasure(erasure: Erasure, *, by: User) -> Erasure:
    """The second person, an approver, agrees; after the waiting time the system carries it out."""
    with transaction.atomic():
        locked = Erasure.objects.select_for_update().get(pk=erasure.pk)
        if locked.requested_by_id == by.pk:
            raise Refused(_("Pemusnahan disetujui oleh orang lain daripada yang memintanya."))
        if locked.state != ErasureState.REQUESTED:
            raise Conflict(_("Pemusnahan ini sudah disetujui atau dibatalkan."))
        locked.state = ErasureState.CONFIRMED
        locked.confirmed_by, locked.confirmed_at = by, now()
        locked.due_at = now() + timedelta(seconds=settings.ERASURE_WAIT_SECONDS)
        locked.job = enqueue("erase", f"erase:{locked.pk}", locked.pk)
        locked.save()
        Job.objects.filter(pk=locked.job.pk).update(not_before=locked.due_at)
        record(
            "erasure.confirmed",
            by=by,
            subject=locked,
            facts={"number": locked.export.number, "due": locked.due_at.isoformat()},
        )
    return locked


@service("recordings.confirm_erasure")
def cancel_erasure(erasure: Erasure, *, reason: str, by: User) -> Erasure:
    """An approver stops it while nothing has gone yet; the footage stays held.

    Raises Refused without a reason, Conflict when it runs, is done, or was cancelled before.
    """
    if not reason.strip():
        raise Refused(_("Tulis alasan menghentikan pemusnahan."), "reason")
    with transaction.atomic():
        locked = Erasure.objects.select_for_update().get(pk=erasure.pk)
        if locked.state not in {ErasureState.REQUESTED, ErasureState.CONFIRMED}:
            raise Conflict(_("Pemusnahan sudah berjalan, selesai, atau dibatalkan."))
        locked.state, locked.cancel_reason = ErasureState.CANCELLED, reason.strip()
        locked.cancelled_by, locked.cancelled_at = by, now()
        locked.save(update_fields=["state", "cancel_reason", "cancelled_by", "cancelled_at"])
        record(
            "erasure.cancelled",
            by=by,
            subject=locked,
            facts={"number": locked.export.number},
            persons={"reason": locked.cancel_reason},
        )
    return locked


@service("recordings.run")
def carry_out(erasure: Erasure, *, lease: Lease, by: Caller) -> None:
    """The job: dooms the segments of the exported range, rounded outward to whole ones, and ends.

    May be killed and repeated at any step. Raises JobWaits while another hold keeps a part, while
    the last segment is still being written, or while the gate is closed.
    """
    run = _start(erasure, lease, by=by)
    if run is None:
        return
    crash.step("erase.started")
    try:
        with erase.gate():
            erase.finish_doomed(by=by)
            while erase.doom(run, _source(erasure), by=by):
                crash.step("erase.doomed")
                lease.check()
                erase.finish_doomed(by=by)
            remains.clear(run, _remains(erasure, by=by), by=by)
            erase.insist(_doomed(erasure))
            crash.step("erase.cleared")
    except (erase.GateClosed, volumes.VolumeUnavailable) as closed:
        raise JobWaits(str(closed), seconds=15) from closed
    _end(erasure, run, lease, by=by)


def _source(erasure: Erasure) -> QuerySet[Segment]:
    inside = segments_in(*_range(erasure))
    return Segment.objects.filter(pk__in=inside.values("pk"))


def _doomed(erasure: Erasure) -> QuerySet[Segment]:
    """What of the range is still to go: it lies on a disk that is not there."""
    cameras, start, end = _range(erasure)
    return Segment.objects.filter(
        camera__in=cameras, state=SegmentState.DOOMED, started_at__lt=end, ended_at__gt=start
    )


def _range(erasure: Erasure) -> tuple[list[int], datetime, datetime]:
    export = erasure.export
    cameras = list(export.cameras.values_list("camera_id", flat=True))
    return cameras, export.starts_at, export.ends_at


def _remains(erasure: Erasure, *, by: Caller) -> remains.Remains:
    return remains.in_range(*_range(erasure), by=by)


def _start(erasure: Erasure, lease: Lease, *, by: Caller) -> PurgeRun | None:
    """Takes the request's own hold off and opens the run; None when there is nothing to do."""
    with lease.transaction():
        locked = Erasure.objects.select_for_update().get(pk=erasure.pk)
        if locked.state not in {ErasureState.CONFIRMED, ErasureState.RUNNING}:
            return None
        # Footage adopted from here on sees the erasure; what came before is seen by the gate.
        sealing.stand_still(_range(locked)[0], by=by)
        if _still_recording(locked):
            raise JobWaits("Bagian terakhir rekaman masih ditulis.", seconds=5)
        locked.state = ErasureState.RUNNING
        locked.save(update_fields=["state"])
        holds.release(reference=locked.export.reference, kind=HoldKind.REQUEST, by=by)
        run, _created = PurgeRun.objects.get_or_create(
            kind=PurgeKind.ERASURE,
            erasure=locked,
            state=PurgeState.RUNNING,
            defaults={"started_at": now()},
        )
    return run


def _still_recording(erasure: Erasure) -> bool:
    """Whether a file of the range is being written, or was and waits for its row.

    A segment's row may lag behind its file while the database is away; a spare's file is empty.
    """
    cameras, _start_of, end = _range(erasure)
    rows = Segment.objects.filter(camera__in=cameras).select_related("camera", "volume")
    if rows.filter(state=SegmentState.OPEN, started_at__lt=end).exists():
        return True
    waiting = rows.filter(state=SegmentState.PREPARED, prepared_at__lt=end)
    return any(_is_written(row) for row in waiting)


def _is_written(row: Segment) -> bool:
    film = Path(row.volume.path) / row.relative_path
    for path in (film, film.with_suffix(placing.PART)):
        try:
            if path.stat().st_size:
                return True
        except FileNotFoundError:
            continue
    return False


def _left(erasure: Erasure) -> int:
    """How much of the range is still there."""
    kept = _source(erasure).filter(state__in=KEPT).count()
    return kept + torn_in(*_range(erasure)).count()


def _end(erasure: Erasure, run: PurgeRun, lease: Lease, *, by: Caller) -> None:
    if held := _left(erasure):
        PurgeRun.objects.filter(pk=run.pk).update(held_back=held)
        raise JobWaits(f"{held} potongan menunggu penahanan lain dilepas.", seconds=60)
    with lease.transaction():
        sealing.stand_still(_range(erasure)[0], by=by)
        if _left(erasure):
            raise JobWaits("Rekaman terlambat masuk ke rentang ini; diulang.", seconds=1)
        erase.finish(run, by=by)
        Erasure.objects.filter(pk=erasure.pk).update(state=ErasureState.DONE, done_at=now())
        erasure.refresh_from_db()
        record(
            "erasure.done",
            by=by,
            subject=erasure,
            facts={
                "number": erasure.export.number,
                "segments": run.segments_purged,
                "bytes": run.bytes_purged,
                "epochs": [run.epoch_before, run.epoch_after],
            },
        )
        source_erased.send(sender=Erasure, erasure=erasure)
        crash.step("erase.ended")
    crash.step("erase.committed")
