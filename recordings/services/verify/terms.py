"""I10: nothing is kept past its term, and nothing under a hold was removed.

Whoever watches does so by a permit, whose hold lies over the range: footage past its term and under
no hold is seen by nobody, and the gate takes it at its next passage. While the gate is shut for a
person to look (clock, unusual amount) such footage waits, and is counted rather than told.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db.models import QuerySet

from recordings.enums import PurgeKind, PurgeState, SegmentState
from recordings.models import Hold, PurgeRun, Segment
from recordings.models.segment import LONGEST_SEGMENT
from recordings.services import clockguard, erase
from recordings.services.verify.survey import Survey

# "Expiry lag under one hour": later than that, expiry does not run.
_LAG: Final = timedelta(hours=1)
# A hold's time is taken before its transaction waits for the gate's locks: within this the gate may
# have been first, rightly. What came first is proved by the races of tests/recordings/services.
_RACE: Final = timedelta(seconds=10)
_CHUNK: Final = 2000


def check(survey: Survey) -> None:
    _past_term(survey)
    _held(survey)


def _past_term(survey: Survey) -> None:
    over = erase.expired().filter(~erase.under_hold(), expires_at__lt=survey.moment - _LAG)
    if _is_shut():
        survey.count("past_term_waiting", over.count())
        return
    for row in over.order_by("expires_at").iterator(_CHUNK):
        told = f"masa simpannya habis {row.expires_at:%Y-%m-%d %H:%M} UTC dan belum dihapus"
        survey.violated("I10", f"potongan {row.pk}", told)


def _is_shut() -> bool:
    latest = PurgeRun.objects.filter(kind=PurgeKind.EXPIRY).order_by("-started_at").first()
    stopped = latest is not None and latest.state == PurgeState.STOPPED
    return bool(clockguard.doubt()) or (stopped and latest is not None and not latest.resumed_at)


def _held(survey: Survey) -> None:
    for hold in Hold.objects.order_by("pk").iterator(_CHUNK):
        survey.count("holds")
        for segment in _removed_under(hold).values_list("pk", flat=True):
            told = f"dihapus selama ditahan ({hold.get_kind_display()} {hold.reference})"
            survey.violated("I10", f"potongan {segment}", told)


def _removed_under(hold: Hold) -> QuerySet[Segment]:
    removed = Segment.objects.filter(
        camera=hold.camera_id,
        state__in=[SegmentState.DOOMED, SegmentState.PURGED],
        started_at__gte=hold.starts_at - LONGEST_SEGMENT,
        started_at__lt=hold.ends_at,
        ended_at__gt=hold.starts_at,
        doomed_at__gt=hold.placed_at + _RACE,
    )
    if hold.released_at is None:
        return removed
    return removed.filter(doomed_at__lt=hold.released_at)
