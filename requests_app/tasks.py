from __future__ import annotations

import logging

from celery import shared_task

from cctvportal.accounts.access import SYSTEM
from requests_app.services.close import lapse_due

log = logging.getLogger(__name__)


@shared_task(name="requests.lapse")
def lapse() -> None:
    """Lets approvals and accesses lapse whose time is over; safe to run twice."""
    if done := lapse_due(by=SYSTEM):
        log.info("%d requests lapsed", done)
