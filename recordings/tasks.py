from __future__ import annotations

import logging

from celery import shared_task

from cctvportal.accounts.access import SYSTEM
from recordings.services import erase, expiry, volumes

log = logging.getLogger(__name__)


@shared_task(name="recordings.purge")
def purge() -> None:
    """Removes what is past its term; closed gates are told and tried again by the next beat."""
    try:
        expiry.purge_expired(by=SYSTEM)
    except (erase.GateClosed, volumes.VolumeUnavailable) as closed:
        log.warning("nothing purged: %s", closed)
