from __future__ import annotations

import logging

from celery import shared_task

from cctvportal.accounts.access import SYSTEM
from recordings.services import (
    checkup,
    custody,
    erase,
    expiry,
    fold,
    hold_orders,
    purge_days,
    volumes,
    watch,
)

log = logging.getLogger(__name__)


@shared_task(name="recordings.purge")
def purge() -> None:
    """Removes what is past its term; closed gates are told and tried again by the next beat."""
    try:
        expiry.purge_expired(by=SYSTEM)
    except (erase.GateClosed, volumes.VolumeUnavailable) as closed:
        log.warning("nothing purged: %s", closed)


@shared_task(name="recordings.certify")
def certify() -> None:
    """Makes the certificate of each day that ended; while a purge runs, the next beat does."""
    try:
        purge_days.certify(by=SYSTEM)
    except erase.GateClosed as closed:
        log.info("no certificate yet: %s", closed)


@shared_task(name="recordings.holds")
def end_holds() -> None:
    """Ends the holds by hand whose time is over; safe to run twice."""
    if ended := hold_orders.lapse_due(by=SYSTEM):
        log.info("%d holds by hand lapsed", ended)


@shared_task(name="recordings.watch")
def watch_results() -> None:
    """Raises and clears alarms by what is there, whatever ran or did not run."""
    watch.watch(by=SYSTEM)


@shared_task(name="recordings.forecast")
def watch_thoroughly() -> None:
    """The part of the watch that sums up many rows; goes away when it is not due."""
    watch.watch_thoroughly(by=SYSTEM)


@shared_task(name="recordings.seal")
def seal() -> None:
    """Seals the hours that are over in the access book."""
    custody.seal_hours(by=SYSTEM)


@shared_task(name="recordings.checkup")
def check_up() -> None:
    """One step of the daily look at the store."""
    checkup.step(by=SYSTEM)


@shared_task(name="recordings.fold")
def fold_days() -> None:
    """Sums up the days that were purged long ago."""
    fold.fold_days(by=SYSTEM)
