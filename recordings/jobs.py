"""The kinds of jobs of this app, each one service call."""

from __future__ import annotations

from cctvportal.accounts.access import SYSTEM
from cctvportal.jobs.lease import JobCancelled, Lease
from cctvportal.jobs.models import Job
from cctvportal.jobs.registry import gave_up, handler
from recordings.models import Erasure, Export
from recordings.services import erasures, exports, packing, wiping


@handler("erase")
def erase(lease: Lease) -> None:
    erasure = Erasure.objects.select_related("export").get(pk=lease.job.subject_id)
    erasures.carry_out(erasure, lease=lease, by=SYSTEM)


@handler("export")
def export(lease: Lease) -> None:
    row = Export.objects.select_related("medium").get(pk=lease.job.subject_id)
    try:
        packing.carry_out(row, lease=lease, by=SYSTEM)
    except JobCancelled:
        exports.drop(row, lease=lease, by=SYSTEM)
        raise


@gave_up("export")
def export_given_up(job: Job) -> None:
    exports.fail(Export.objects.get(pk=job.subject_id), sentence=job.error, by=SYSTEM)


@handler("export-wipe")
def export_wipe(lease: Lease) -> None:
    row = Export.objects.select_related("medium").get(pk=lease.job.subject_id)
    wiping.carry_out(row, lease=lease, by=SYSTEM)
