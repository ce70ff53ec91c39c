"""What expiry takes next, what holds keep from it, and whether anything is late.

The desk's page "Apa yang terhapus besok", `manage.py purge --dry-run` and the alarm read the same.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Case, Exists, Min, OuterRef, Q, QuerySet, Value, When

from cctvportal.common.clock import WIB, now
from recordings.models import Hold, Segment
from recordings.models.segment import KEPT
from recordings.services import erase
from recordings.services.amounts import Amount, amount, counted


@dataclass(frozen=True, slots=True)
class Leaving:
    """One camera: what goes, when the first of it goes, what stays, and which holds keep it."""

    camera_id: int
    camera: str
    gone: Amount
    first_at: datetime | None
    held: Amount
    holds: tuple[Hold, ...]


@dataclass(frozen=True, slots=True)
class Late:
    """The kept segment without a hold whose term ended first, as long as it is still there."""

    camera_id: int
    camera: str
    expires_at: datetime


def end_of_tomorrow() -> datetime:
    """The midnight (WIB) after tomorrow."""
    today = now().astimezone(WIB).date()
    return datetime.combine(today + timedelta(days=2), time.min, tzinfo=WIB)


def leaving(until: datetime) -> list[Leaving]:
    """By camera's name: the footage of now whose term ends by `until`, apart by whether it is held.

    What will be recorded, or held, until then is not in it. Two queries.
    """
    rows = (
        _ending(until)
        .annotate(held=Case(When(erase.under_hold(), then=Value(1)), default=Value(0)))
        .values("camera", "camera__name")
        .annotate(
            first_at=Min("expires_at", filter=Q(held=0)),
            **counted("gone", Q(held=0)),
            **counted("held", Q(held=1)),
        )
        .order_by("camera__name", "camera")
    )
    holds = _holding(until)
    return [
        Leaving(
            camera_id=row["camera"],
            camera=row["camera__name"],
            gone=amount(row, "gone"),
            first_at=row["first_at"],
            held=amount(row, "held"),
            holds=tuple(holds[row["camera"]]),
        )
        for row in rows
    ]


def oldest_past_term() -> Late | None:
    """What should have gone first: expired, kept, under no hold; None when all is well.

    Its age is the expiry lag, which stays under an hour while the purge runs.
    """
    rows = erase.expired().filter(~erase.under_hold()).order_by("expires_at")
    first = rows.select_related("camera").first()
    if first is None or first.expires_at is None:
        return None
    return Late(first.camera_id, first.camera.name, first.expires_at)


def _ending(until: datetime) -> QuerySet[Segment]:
    return Segment.objects.filter(state__in=KEPT, expires_at__lte=until)


def _holding(until: datetime) -> dict[int, list[Hold]]:
    """By camera: the holds that keep something whose term ends by `until`, the oldest first."""
    kept = _ending(until).filter(
        camera=OuterRef("camera"),
        started_at__lt=OuterRef("ends_at"),
        ended_at__gt=OuterRef("starts_at"),
    )
    found: dict[int, list[Hold]] = defaultdict(list)
    active = Hold.objects.filter(Exists(kept), released_at=None).select_related("order")
    for hold in active.order_by("placed_at"):
        found[hold.camera_id].append(hold)
    return found
