"""A job as a worker takes it, after the lease of one that died has run out."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings

from cctvportal.common import clock
from cctvportal.jobs.models import Job
from cctvportal.jobs.services import run
from tests.faults.works import patience

if TYPE_CHECKING:
    from uuid import UUID

    from tests.faults.store import Fates


def carried_out(job: UUID | str, fates: Fates) -> Job:
    """Runs a job until it is over; what it waits for has passed when it is looked at again.

    The clock of each attempt stands a lease later than that of the one before.
    """
    until = time.monotonic() + patience.of(fates)
    lease = timedelta(seconds=2 * settings.LEASE_SECONDS)
    with clock.shifted(lease * fates.facts.get("attempt", 0)):
        while True:
            run(str(job), f"worker-{fates.facts.get('attempt', 0)}")
            row = Job.objects.get(pk=job)
            if row.is_over or time.monotonic() > until:
                return row
            Job.objects.filter(pk=job).update(not_before=None)
            time.sleep(0.02)
