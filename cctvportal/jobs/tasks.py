from __future__ import annotations

import os
import socket
import threading

from celery import shared_task

from cctvportal.jobs import services


@shared_task(name="jobs.run")
def run(job_id: str) -> None:
    """Carries out the job that the message names; the row knows everything else."""
    owner = f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}"
    services.run(job_id, owner)


@shared_task(name="jobs.sweep")
def sweep() -> None:
    """Wakes what a lost message or a dead worker left lying."""
    services.sweep()
