"""What is past its term goes, unless so much goes at once that a person has to look first."""

from __future__ import annotations

import logging

from django.db import transaction
from django.db.models import Sum

from cctvportal.accounts.access import SYSTEM, Caller, service
from cctvportal.audit.services import record
from cctvportal.common.clock import now
from recordings.enums import PurgeKind, PurgeState
from recordings.models import PurgeRun
from recordings.services import erase, remains

log = logging.getLogger(__name__)


@service("recordings.run")
def purge_expired(*, by: Caller) -> PurgeRun | None:
    """Removes what is past its term and under no hold (SOP step 5); None when there is nothing.

    Raises GateClosed or VolumeUnavailable; a run that is far larger than usual stops and waits
    for a person instead.
    """
    with erase.gate():
        erase.finish_doomed(by=by)
        planned = erase.expired().filter(~erase.under_hold()).count()
        left = remains.past_term(by=by)
        if not (planned or left) or _breaker_open():
            return None
        run = PurgeRun.objects.create(kind=PurgeKind.EXPIRY, started_at=now())
        if sentence := _too_many(planned):
            return _stop(run, sentence)
        while erase.doom(run, erase.expired(), by=by):
            erase.finish_doomed(by=by)
        remains.clear(run, left, by=by)
        return erase.finish(run, by=by)


def _stop(run: PurgeRun, sentence: str) -> PurgeRun:
    with transaction.atomic():
        run.state, run.reason, run.finished_at = PurgeState.STOPPED, sentence, now()
        run.save()
        record("purge.stopped", by=SYSTEM, subject=run, facts={"reason": sentence})
    log.error("purge stopped: %s", sentence)
    return run


def _breaker_open() -> bool:
    latest = PurgeRun.objects.filter(kind=PurgeKind.EXPIRY).order_by("-started_at").first()
    return latest is not None and latest.state == PurgeState.STOPPED


def _too_many(planned: int) -> str:
    """A sentence when today's purges would pass three times the usual day, else empty.

    The usual is the median of the last fortnight's days that purged anything; without a week of
    history there is no usual, and nothing to compare with (recording.md 3, traps 8 and 9).
    """
    days = (
        PurgeRun.objects.filter(kind=PurgeKind.EXPIRY, segments_purged__gt=0)
        .values("started_at__date")
        .annotate(total=Sum("segments_purged"))
        .order_by("-started_at__date")
    )
    today = now().date()
    totals = sorted(row["total"] for row in days if row["started_at__date"] != today)[:14]
    already = sum(row["total"] for row in days if row["started_at__date"] == today)
    if len(totals) < 7:
        return ""
    usual = totals[len(totals) // 2]
    if planned + already <= 3 * usual:
        return ""
    return (
        f"Akan terhapus {planned + already} potongan hari ini, biasanya {usual}. "
        "Periksa jam dan masa simpan sebelum dilanjutkan."
    )
