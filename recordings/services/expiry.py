"""What is past its term goes, unless so much goes at once that a person has to look first."""

from __future__ import annotations

import logging
from datetime import date

from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from cctvportal.accounts.access import SYSTEM, Caller, service
from cctvportal.accounts.models import User
from cctvportal.audit.services import record
from cctvportal.common.clock import WIB, now
from cctvportal.common.errors import Conflict
from recordings.enums import PurgeKind, PurgeState, SegmentState
from recordings.models import PurgeRun, Segment, Volume
from recordings.services import absent_keys, clockguard, erase, remains, restored, volumes

log = logging.getLogger(__name__)


@service("recordings.run")
def purge_expired(*, by: Caller) -> PurgeRun | None:
    """Removes what is past its term and under no hold (SOP step 5); None when there is nothing.

    Raises GateClosed; a run that is far larger than usual stops and waits for a person instead.
    Raises VolumeUnavailable at the end, when what should go lies on a disk that is not there.
    """
    with erase.gate():
        run = _purge(by=by)
        away = Volume.objects.exclude(pk__in=[volume.pk for volume in volumes.there()])
        erase.insist(Segment.objects.filter(state=SegmentState.DOOMED, volume__in=away))
        erase.insist(erase.expired().filter(~erase.under_hold(), volume__in=away))
    return run


def _purge(*, by: Caller) -> PurgeRun | None:
    erase.finish_doomed(by=by)
    due = erase.expired().filter(volume__in=volumes.there())
    planned = due.filter(~erase.under_hold()).count()
    left = remains.past_term(by=by)
    latest = _latest()
    if not (planned or left) or (latest and _is_stopped(latest)):
        return None
    allowed = latest is not None and latest.state == PurgeState.STOPPED
    run = PurgeRun.objects.create(kind=PurgeKind.EXPIRY, started_at=now())
    if not allowed and (sentence := _too_many(planned)):
        return _stop(run, sentence)
    while erase.doom(run, due, by=by):
        erase.finish_doomed(by=by)
    remains.clear(run, left, by=by)
    held = erase.expired().filter(erase.under_hold()).count()
    PurgeRun.objects.filter(pk=run.pk).update(held_back=held)
    return erase.finish(run, by=by)


@service("recordings.see_monitoring")
def why_halted(*, by: Caller) -> list[str]:
    """Why nothing expires until an approver says so: sentences, none while all is well."""
    del by
    latest = _latest()
    stopped = latest.reason if latest and _is_stopped(latest) else ""
    found = (stopped, clockguard.doubt(), restored.doubt(), absent_keys.doubt())
    return [sentence for sentence in found if sentence]


@service("recordings.resume_purge")
def resume_purge(*, by: User) -> None:
    """An approver has looked: the next run may be larger than usual, clock and database count.

    Raises Conflict when nothing waits for it.
    """
    with transaction.atomic():
        latest = _latest(PurgeRun.objects.select_for_update())
        stopped, doubt = latest is not None and _is_stopped(latest), clockguard.doubt()
        old, keys = restored.doubt(), absent_keys.doubt()
        if not (stopped or doubt or old or keys):
            raise Conflict(_("Penghapusan tidak sedang berhenti."))
        if latest is not None and stopped:
            latest.resumed_by, latest.resumed_at = by, now()
            latest.save(update_fields=["resumed_by", "resumed_at"])
        facts = {"breaker": stopped, "clock": doubt, "database": old, "keys": keys}
        if old:
            # Before the entry: of this one nobody knows yet whether it will stand.
            restored.trust()
        record("purge.resumed", by=by, subject=latest if stopped else None, facts=facts)
        if doubt:
            clockguard.trust()
        if keys:
            absent_keys.trust()


def _stop(run: PurgeRun, sentence: str) -> PurgeRun:
    with transaction.atomic():
        run.state, run.reason, run.finished_at = PurgeState.STOPPED, sentence, now()
        run.save()
        record("purge.stopped", by=SYSTEM, subject=run, facts={"reason": sentence})
    log.error("purge stopped: %s", sentence)
    return run


def _latest(runs: QuerySet[PurgeRun] | None = None) -> PurgeRun | None:
    found = PurgeRun.objects.all() if runs is None else runs
    return found.filter(kind=PurgeKind.EXPIRY).order_by("-started_at").first()


def _is_stopped(run: PurgeRun) -> bool:
    return run.state == PurgeState.STOPPED and run.resumed_at is None


def _too_many(planned: int) -> str:
    """A sentence when today's purges would pass three times the usual day, else empty.

    The usual is the median of the last fortnight's days that purged anything; without a week of
    history there is no usual, and nothing to compare with (recording.md 3, traps 8 and 9).
    """
    today = now().astimezone(WIB).date()
    days = (
        PurgeRun.objects.filter(kind=PurgeKind.EXPIRY, segments_purged__gt=0)
        .exclude(started_at__date=today)
        .values("started_at__date")
        .annotate(total=Sum("segments_purged"))
        .order_by("-started_at__date")[:14]
    )
    totals = sorted(row["total"] for row in days)
    if len(totals) < 7:
        return ""
    usual, sum_today = totals[len(totals) // 2], planned + _counted_on(today)
    if sum_today <= 3 * usual:
        return ""
    return (
        f"Akan terhapus {sum_today} potongan hari ini, biasanya {usual}. "
        "Periksa jam dan masa simpan sebelum dilanjutkan."
    )


def _counted_on(day: date) -> int:
    """What went that day, without what a person has seen: up to and with the run they let exceed.

    After growth every day passes the measure until the usual has grown too. Were what went before
    the stop counted on, each passage behind the one allowed would stop again.
    """
    runs = PurgeRun.objects.filter(kind=PurgeKind.EXPIRY).order_by("started_at")
    counted = runs.filter(started_at__date=day)
    resumed = runs.filter(state=PurgeState.STOPPED, resumed_at__isnull=False).last()
    allowed = resumed and runs.filter(started_at__gt=resumed.started_at).first()
    if allowed:
        counted = counted.filter(started_at__gt=allowed.started_at)
    return counted.aggregate(total=Sum("segments_purged"))["total"] or 0
