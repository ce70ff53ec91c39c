"""The kinds of jobs of this app, each one service call."""

from __future__ import annotations

from cctvportal.accounts.access import SYSTEM
from cctvportal.jobs.lease import Lease
from cctvportal.jobs.registry import handler
from recordings.models import Erasure
from recordings.services import erasures


@handler("erase")
def erase(lease: Lease) -> None:
    erasure = Erasure.objects.select_related("export").get(pk=lease.job.subject_id)
    erasures.carry_out(erasure, lease=lease, by=SYSTEM)
