"""The kinds of jobs of this app, each one service call."""

from __future__ import annotations

from cctvportal.accounts.access import SYSTEM
from cctvportal.jobs.lease import JobCancelled, Lease
from cctvportal.jobs.registry import JobFailed, handler
from recordings.models import Erasure, Export
from recordings.services import erasures, exports, packing


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
        exports.drop(row, by=SYSTEM)
        raise
    except JobFailed as failure:
        exports.fail(row, sentence=failure.sentence, by=SYSTEM)
        raise
