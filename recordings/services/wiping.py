"""Taking a cancelled export's copy off its disk again, whatever name it has there by now."""

from __future__ import annotations

import logging
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from cctvportal.accounts.access import Caller, service
from cctvportal.accounts.models import User
from cctvportal.audit.services import record
from cctvportal.common import crash
from cctvportal.common.clock import now
from cctvportal.common.errors import Conflict, Refused
from cctvportal.jobs.lease import Lease
from cctvportal.jobs.models import Job, JobState
from cctvportal.jobs.registry import JobWaits
from cctvportal.jobs.services import hint, request_cancel, retry
from devices.enums import IncidentCause, IncidentKind
from devices.services.incidents import open_incident
from recordings.enums import ExportState
from recordings.models import Export, LostCopy, Medium
from recordings.package import bag
from recordings.package.bag import PackageFacts
from recordings.package.errors import PackageError
from recordings.services import disks

log = logging.getLogger(__name__)
_AGAIN: Final = 30.0
_LEAST_WORDS: Final = 10


@service("recordings.run")
def tried(export: Export, *, by: Caller) -> bool:
    """Whether nothing of `export` is left on its disk now; False when the disk does not let us."""
    del by
    try:
        _wipe(export)
    except (PackageError, OSError):
        log.warning("export %s could not be wiped yet", export.pk, exc_info=True)
        return False
    return True


@service("recordings.run")
def carry_out(export: Export, *, lease: Lease, by: Caller) -> None:
    """The job of a cancelled export whose copy still lies on the disk; may be repeated.

    Raises JobWaits, with the sentence for the officer, until the disk is back and lets it go.
    """
    if export.state != ExportState.CANCELLED or export.wiped_at is not None:
        return
    lease.check()
    try:
        _wipe(export)
    except PackageError as error:
        raise JobWaits(str(error), seconds=_AGAIN) from error
    except OSError as error:
        raise JobWaits("Hard disk belum dapat dibersihkan.", seconds=_AGAIN) from error
    crash.step("export.wiped")
    with lease.transaction(though_cancelled=True):
        export.wiped_at, export.facts = now(), {}
        export.save(update_fields=["wiped_at", "facts"])
        facts = {"number": export.number, "medium": str(export.medium_id)}
        record("export.wiped", by=by, subject=export, facts=facts)
    crash.step("export.wipe_noted")


@service("recordings.export")
def try_now(export: Export, *, by: User) -> None:
    """The disk is back, even one that was said to be lost: the wipe goes on at once.

    Raises Conflict when there is nothing to wipe any more, Refused while it is being wiped.
    """
    with transaction.atomic():
        job = _unwiped(export)
        if job.state in {JobState.FAILED, JobState.CANCELLED}:
            retry(job)
        elif Job.objects.filter(pk=job.pk, state=JobState.QUEUED).update(not_before=None):
            transaction.on_commit(lambda: hint(job))
        else:
            raise Refused(_("Hard disk ini sedang dibersihkan. Tunggu sebentar."))
        facts = {"number": export.number, "medium": str(export.medium_id)}
        record("export.wipe_retried", by=by, subject=export, facts=facts)


@service("recordings.export")
def give_up(export: Export, *, statement: str, by: User) -> LostCopy:
    """The disk is lost, and with it a copy that cannot be wiped: said once, in a statement.

    Book 2 gets an open line, the disk is used no more, the wipe stops asking. Raises Refused
    without a statement, Conflict when it was said before or the copy is gone.
    """
    told = statement.strip()
    if len(told) < _LEAST_WORDS:
        raise Refused(
            _("Tulis kapan dan bagaimana hard disk itu hilang, dan siapa yang terakhir memegang."),
            "statement",
        )
    with transaction.atomic():
        job = _unwiped(export)
        if LostCopy.objects.filter(export=export).exists():
            raise Conflict(_("Hard disk ini sudah dinyatakan hilang."))
        request_cancel(job)
        Medium.objects.filter(pk=export.medium_id, retired_at=None).update(retired_at=now())
        incident = open_incident(
            kind=IncidentKind.FAULT,
            cause=IncidentCause.OTHER,
            started_at=now(),
            description=_for_the_book(export, told),
            cameras=[row.camera for row in export.cameras.select_related("camera")],
            by=by,
        )
        lost = LostCopy.objects.create(
            export=export, incident=incident, statement=told, said_by=by, said_at=now()
        )
        facts = {"number": export.number, "medium": str(export.medium_id), "incident": incident.pk}
        record("export.copy_lost", by=by, subject=export, facts=facts, persons={"how": told})
    return lost


def _unwiped(export: Export) -> Job:
    """The job of the wipe that is still to be done, locked. Raises Conflict when there is none."""
    row = Export.objects.get(pk=export.pk)
    if row.wipe_job_id is not None:
        job = Job.objects.select_for_update().get(pk=str(row.wipe_job_id))
        row.refresh_from_db()
        if row.state == ExportState.CANCELLED and row.wiped_at is None:
            return job
    raise Conflict(_("Tidak ada lagi yang perlu dihapus dari hard disk ini."))


def _for_the_book(export: Export, told: str) -> str:
    facts = {"disk": export.medium.label, "number": export.number, "told": told}
    return (
        _(
            "Hard disk %(disk)s hilang. Di dalamnya ada salinan terkunci dari ekspor permohonan "
            "%(number)s yang dibatalkan, dan salinan itu tidak dapat dihapus. %(told)s"
        )
        % facts
    )


def _wipe(export: Export) -> None:
    done = export.facts.get("package")
    published = PackageFacts.from_json(done).sha256 if done else ""
    with disks.opened(export.medium) as disk:
        bag.wipe(disk.root, bag.safe_number(export.number), published=published)
        disk.check()
