"""Exports as the officer meets them: look first, start, cancel, try again, show the passphrase."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cctvportal.accounts.access import Caller, service
from cctvportal.accounts.models import User
from cctvportal.audit.services import record
from cctvportal.common.clock import now
from cctvportal.common.crypto import unseal
from cctvportal.common.errors import Conflict, Refused
from cctvportal.jobs.lease import Lease
from cctvportal.jobs.models import Job
from cctvportal.jobs.services import enqueue, request_cancel
from cctvportal.jobs.services import retry as retry_job
from recordings.enums import ExportState, HoldKind, SegmentState
from recordings.models import Export, ExportCamera, Medium, Segment
from recordings.package.errors import PackageError
from recordings.selectors import Coverage, coverage
from recordings.services import disks, holds, wiping
from recordings.services.permits import Permit
from recordings.signals import export_failed

PASSPHRASE = "export-passphrase"  # noqa: S105 - the purpose that the seal is bound to
RUNNING = (ExportState.QUEUED, ExportState.WRITING, ExportState.VERIFYING)
# A ZIP stores video as it is; the rest is manifests.
_OVERHEAD = 1.01


@dataclass(frozen=True, slots=True)
class Preview:
    """What an export would be, shown before it starts: bytes are estimates, rounded up."""

    coverage: tuple[Coverage, ...]
    bytes: int
    free_bytes: int

    @property
    def fits(self) -> bool:
        return self.bytes < self.free_bytes

    @property
    def is_whole(self) -> bool:
        return all(one.is_whole for one in self.coverage)


@service("recordings.export")
def preview(*, permit: Permit, medium: Medium, by: User) -> Preview:
    """Size, free space and gaps. Raises Refused when the disk cannot be used as it is."""
    del by
    found = tuple(coverage(permit.camera_ids, permit.start, permit.end))
    try:
        with disks.opened(medium) as disk:
            free = disk.free
    except PackageError as error:
        raise Refused(disks.unready(medium, error), "medium") from error
    return Preview(found, int(sum(one.bytes for one in found) * _OVERHEAD), free)


@service("recordings.export")
def queue(*, permit: Permit, medium: Medium, by: User) -> Export:
    """Starts the export of exactly what the permit allows, onto this disk (SOP steps 4 and 5).

    Raises Refused for a permit that ran out, a range without footage or not over yet, a disk that
    is missing, too small or not yet rid of an earlier try, or while an earlier export waits to be
    continued or cancelled; Conflict when an export of this permit runs or is done already.
    """
    _check_time(permit)
    _check_earlier(permit, medium)
    seen = preview(permit=permit, medium=medium, by=by)
    if all(one.is_empty for one in seen.coverage):
        raise Refused(_("Tidak ada rekaman dalam waktu yang diizinkan. Lihat buku kendala."))
    if not seen.fits:
        raise Refused(_("Hard disk tidak cukup. Kosongkan atau pilih hard disk lain."), "medium")
    try:
        with transaction.atomic():
            export = _create(permit, medium, by)
    except IntegrityError:
        raise Conflict(
            _("Ekspor untuk permohonan ini sudah berjalan atau sudah selesai.")
        ) from None
    return export


def _check_time(permit: Permit) -> None:
    if permit.valid_until <= now():
        raise Refused(_("Izin ini sudah berakhir. Ajukan permohonan baru."))
    if permit.end > now():
        raise Refused(_("Waktu yang diizinkan belum lewat. Ekspor setelah kegiatan selesai."))
    unsealed = Segment.objects.filter(
        camera__in=permit.camera_ids,
        state=SegmentState.OPEN,
        started_at__lt=permit.end,
        started_at__gte=now() - timedelta(minutes=15),
    )
    if unsealed.exists():
        raise Refused(_("Menit terakhir masih ditulis. Tunggu satu menit, lalu mulai lagi."))


def _check_earlier(permit: Permit, medium: Medium) -> None:
    mine = Export.objects.filter(reference=permit.reference)
    if mine.filter(state=ExportState.FAILED).exists():
        raise Refused(_("Ekspor sebelumnya berhenti. Lanjutkan atau batalkan dahulu ekspor itu."))
    left = Export.objects.filter(medium=medium, number=permit.number, wiped_at=None, lost_copy=None)
    if left.filter(state=ExportState.CANCELLED).exists():
        raise Refused(
            _(
                "Sisa ekspor yang dibatalkan belum terhapus dari hard disk ini. Tunggu sebentar "
                "atau pilih hard disk lain."
            ),
            "medium",
        )


def _create(permit: Permit, medium: Medium, by: User) -> Export:
    export = Export(
        reference=permit.reference,
        number=permit.number,
        purpose=permit.purpose,
        starts_at=permit.start,
        ends_at=permit.end,
        valid_until=permit.valid_until,
        medium=medium,
        exported_by=by,
    )
    export.job = enqueue("export", f"export:{export.pk}", export.pk)
    export.save(force_insert=True)
    ExportCamera.objects.bulk_create(
        ExportCamera(export=export, camera_id=camera_id) for camera_id in permit.camera_ids
    )
    _pin(export, by=by)
    record(
        "export.queued",
        by=by,
        subject=export,
        facts={"number": export.number, "medium": str(medium.pk), "cameras": permit.camera_ids},
    )
    return export


def _locked(export: Export) -> Export:
    """The job's row first, as its worker takes them: two who want both never wait in a ring."""
    if export.job_id is not None:
        Job.objects.select_for_update().get(pk=str(export.job_id))
    rows = Export.objects.select_for_update(of=("self",)).select_related("job")
    return rows.get(pk=export.pk)


def _pin(export: Export, *, by: Caller) -> None:
    holds.place(
        camera_ids=list(export.cameras.values_list("camera_id", flat=True)),
        start=export.starts_at,
        end=export.ends_at,
        kind=HoldKind.EXPORT,
        reference=str(export.pk),
        by=by,
    )


@service("recordings.export")
def cancel(export: Export, *, by: User) -> None:
    """Stops a running export, or gives up a failed one, so that another disk may be chosen.

    What was written is removed by the job, or by one of its own when nobody runs this one.
    """
    with transaction.atomic():
        locked = _locked(export)
        if locked.state in {ExportState.VERIFIED, ExportState.CANCELLED} or locked.job is None:
            raise Conflict(_("Ekspor ini sudah selesai atau sudah dibatalkan."))
        request_cancel(locked.job)
        locked.job.refresh_from_db()
        if locked.job.is_over:
            _end(locked, ExportState.CANCELLED, by=by)
        record("export.cancelled", by=by, subject=locked, facts={"number": locked.number})


@service("recordings.export")
def retry(export: Export, *, by: User) -> None:
    """Tries a failed export again from where it stands.

    Whether the permit still stands is asked by the layer above, which knows it. Raises Refused for
    an export that ended, was stopped or ran out, Conflict when another one was started.
    """
    try:
        with transaction.atomic():
            locked = _locked(export)
            if locked.job is None or locked.state in {ExportState.VERIFIED, ExportState.CANCELLED}:
                raise Refused(_("Ekspor ini sudah selesai atau sudah dibatalkan."))
            if locked.stopped_at is not None or locked.valid_until <= now():
                raise Refused(_("Izin ini sudah berakhir. Ajukan permohonan baru."))
            was_failed = locked.state == ExportState.FAILED
            retry_job(locked.job)
            locked.state = ExportState.QUEUED
            locked.save(update_fields=["state"])
            if was_failed:
                _pin(locked, by=by)
            record("export.retried", by=by, subject=locked, facts={"number": locked.number})
    except IntegrityError:
        raise Conflict(_("Ekspor lain untuk permohonan ini sudah dimulai.")) from None


@service("recordings.run")
def fail(export: Export, *, sentence: str, by: Caller) -> None:
    """The job gave up; the sentence is on the job, the pin goes, the request's own hold stays.

    In the transaction that ends the job. What somebody had cancelled or stopped ends cancelled; an
    export that ended before is left alone.
    """
    with transaction.atomic():
        locked = _locked(export)
        if locked.state not in RUNNING:
            return
        unwanted = locked.stopped_at is not None or (locked.job and locked.job.cancel_requested)
        _end(locked, ExportState.CANCELLED if unwanted else ExportState.FAILED, by=by)
        record(
            "export.failed", by=by, subject=locked, facts={"number": locked.number, "why": sentence}
        )
        export_failed.send(sender=Export, export=locked)


@service("recordings.run")
def drop(export: Export, *, lease: Lease, by: Caller) -> None:
    """The job stopped as a person had asked, and takes off the disk what it wrote.

    A disk that is gone meanwhile is left to the export's wipe job. Raises LeaseLost.
    """
    with lease.transaction(though_cancelled=True):
        export.refresh_from_db()
    if export.state not in RUNNING:
        return
    gone = wiping.tried(export, by=by)
    with lease.transaction(though_cancelled=True):
        locked = _locked(export)
        if locked.state in RUNNING:
            _end(locked, ExportState.CANCELLED, by=by, wiped=gone)


def _end(export: Export, state: ExportState, *, by: Caller, wiped: bool = False) -> None:
    export.state = state
    if state == ExportState.CANCELLED:
        export.passphrase_sealed = b""
        if wiped or export.job is None or export.job.fence == 0:
            # Nobody ever held a job whose fence is 0: nothing was written.
            export.wiped_at, export.facts = now(), {}
        else:
            export.wipe_job = enqueue("export-wipe", f"export-wipe:{export.pk}", export.pk)
    export.save(update_fields=["state", "passphrase_sealed", "wiped_at", "facts", "wipe_job"])
    holds.release(reference=str(export.pk), kind=HoldKind.EXPORT, by=by)


@service("recordings.show_passphrase")
def show_passphrase(export: Export, *, by: User) -> str:
    """The ZIP's passphrase, once, for the sealed envelope. Raises Conflict the second time."""
    with transaction.atomic():
        locked = Export.objects.select_for_update().get(pk=export.pk)
        if locked.state != ExportState.VERIFIED or not locked.passphrase_sealed:
            raise Refused(_("Sandi paket belum ada atau sudah dimusnahkan."))
        if locked.passphrase_shown_at is not None:
            raise Conflict(_("Sandi paket sudah ditampilkan sekali dan tidak ditampilkan lagi."))
        locked.passphrase_shown_at = now()
        locked.save(update_fields=["passphrase_shown_at"])
        record("export.passphrase_shown", by=by, subject=locked, facts={"number": locked.number})
    return unseal(bytes(locked.passphrase_sealed), purpose=PASSPHRASE)


@service("recordings.forget_passphrase")
def forget_passphrases(*, reference: str, by: Caller) -> int:
    """Destroys the sealed passphrases of a permit's exports; returns how many there were."""
    with transaction.atomic():
        known = Export.objects.filter(reference=reference).exclude(passphrase_sealed=b"")
        count = known.update(passphrase_sealed=b"")
        if count:
            record("export.passphrase_destroyed", by=by, facts={"reference": reference})
    return count


@service("recordings.stop_export")
def stop_for(*, reference: str, by: Caller) -> None:
    """A permit ended: whatever of it is not on a verified disk is stopped, or given up, and wiped.

    `stopped_at` tells the worker, and the database, that nothing may come of it any more.
    """
    open_ones = Export.objects.filter(reference=reference, state__in=[*RUNNING, ExportState.FAILED])
    with transaction.atomic():
        for found in open_ones:
            export = _locked(found)
            if export.state not in {*RUNNING, ExportState.FAILED}:
                continue
            export.stopped_at = now()
            export.save(update_fields=["stopped_at"])
            if export.job is not None:
                request_cancel(export.job)
                export.job.refresh_from_db()
            if export.job is None or export.job.is_over:
                _end(export, ExportState.CANCELLED, by=by)
            record("export.stopped", by=by, subject=export, facts={"number": export.number})
