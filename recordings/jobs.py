"""The kinds of jobs of this app, each one service call."""

from __future__ import annotations

import logging
from typing import Final

from cctvportal.accounts.access import SYSTEM
from cctvportal.jobs.lease import JobCancelled, Lease
from cctvportal.jobs.models import Job
from cctvportal.jobs.registry import JobWaits, gave_up, handler
from recordings.media.errors import KeystoreDamaged
from recordings.models import Erasure, Export, PolicyChange
from recordings.services import erasures, exports, packing, policies, restored, wiping

log = logging.getLogger(__name__)
# They take hours, and one disk that answers no more keeps their thread for ever.
_EXPORTS: Final = "exports"
_WAITS = "Kunci atau berkas rekaman belum dapat dimusnahkan. Minta admin TI memeriksa media simpan."


@handler("erase")
def erase(lease: Lease) -> None:
    erasure = Erasure.objects.select_related("export").get(pk=lease.job.subject_id)
    try:
        erasures.carry_out(erasure, lease=lease, by=SYSTEM)
    except (KeystoreDamaged, OSError) as error:
        # Two persons decided it: it stays due until the keys and the disk can be used again.
        log.exception("erasure %s waits", erasure.pk)
        raise JobWaits(_WAITS, seconds=60) from error


@handler("export", queue=_EXPORTS)
def export(lease: Lease) -> None:
    row = Export.objects.select_related("medium").get(pk=lease.job.subject_id)
    if sentence := restored.doubt():
        raise JobWaits(sentence, seconds=60)
    try:
        packing.carry_out(row, lease=lease, by=SYSTEM)
    except JobCancelled:
        exports.drop(row, lease=lease, by=SYSTEM)
        raise


@handler("policy")
def policy(lease: Lease) -> None:
    change = PolicyChange.objects.get(pk=lease.job.subject_id)
    policies.carry_out(change, lease=lease, by=SYSTEM)


@gave_up("export")
def export_given_up(job: Job) -> None:
    exports.fail(Export.objects.get(pk=job.subject_id), sentence=job.error, by=SYSTEM)


@handler("export-wipe", queue=_EXPORTS)
def export_wipe(lease: Lease) -> None:
    row = Export.objects.select_related("medium").get(pk=lease.job.subject_id)
    wiping.carry_out(row, lease=lease, by=SYSTEM)
