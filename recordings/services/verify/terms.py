"""I10: nothing is kept or seen past its term, and nothing under a hold was removed.

Past its term footage is in nobody's view, unless a hold that was placed before keeps it there
(`selectors.within_term`); the gate takes what is under no hold at its next passage. While the gate
is shut for a person to look (clock, unusual amount) such footage waits, and is counted rather than
told. What was looked at stands in the access book, and is held against the terms.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db.models import Exists, F, OuterRef, Q, QuerySet, UUIDField, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from cctvportal.accounts.access import SYSTEM
from cctvportal.audit.models import Entry
from recordings.enums import SegmentState
from recordings.models import Hold, Segment
from recordings.models.segment import LONGEST_SEGMENT
from recordings.services import erase, expiry
from recordings.services.verify.survey import Survey

# "Expiry lag under one hour": later than that, expiry does not run.
_LAG: Final = timedelta(hours=1)
# A hold's time is taken before its transaction waits for the gate's locks: within this the gate may
# have been first, rightly. What came first is proved by the races of tests/recordings/services.
_RACE: Final = timedelta(seconds=10)
# From the look at the term to the booking, a file is read and its hash compared.
_READ: Final = timedelta(minutes=2)
_CHUNK: Final = 2000


def check(survey: Survey) -> None:
    _past_term(survey)
    _seen(survey)
    _held(survey)


def _past_term(survey: Survey) -> None:
    over = erase.expired().filter(~erase.under_hold(), expires_at__lt=survey.moment - _LAG)
    if expiry.why_halted(by=SYSTEM):
        survey.count("past_term_waiting", over.count())
        return
    for row in over.order_by("expires_at").iterator(_CHUNK):
        told = f"masa simpannya habis {row.expires_at:%Y-%m-%d %H:%M} UTC dan belum dihapus"
        survey.violated("I10", f"potongan {row.pk}", told)


def _seen(survey: Survey) -> None:
    lines = Entry.objects.filter(action="footage.viewed")
    survey.count("viewings", lines.count())
    in_time = Hold.objects.filter(
        Q(released_at=None) | Q(released_at__gt=OuterRef(OuterRef("chosen"))),
        camera=OuterRef("camera"),
        placed_at__lt=OuterRef("expires_at"),
        starts_at__lt=OuterRef("ended_at"),
        ends_at__gt=OuterRef("started_at"),
    )
    over = Segment.objects.filter(
        ~Exists(in_time), pk=OuterRef("segment"), expires_at__lt=OuterRef("chosen")
    )
    late = lines.annotate(
        segment=Cast(KT("facts__segment"), UUIDField()), chosen=F("at") - Value(_READ)
    ).filter(Exists(over))
    for line in late.order_by("serial").iterator(_CHUNK):
        told = f"dilihat sesudah masa simpannya habis (catatan {line.serial})"
        survey.violated("I10", f"potongan {line.facts['segment']}", told)


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
