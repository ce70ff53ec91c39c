"""What another term would do to the footage that is there, before anybody decides it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Count, F, Q, Value, When

from cctvportal.common.clock import now
from recordings.models import Segment
from recordings.models.segment import KEPT
from recordings.services import erase
from recordings.services.amounts import Amount, amount, counted


@dataclass(frozen=True, slots=True)
class OnCamera:
    """One camera. `gone` and `held`: what the new term ends at once, free and under a hold.

    `earlier` and `later` count all segments whose end moves forward or back, `gone` and `held`
    among the former.
    """

    camera_id: int
    camera: str
    gone: Amount
    held: Amount
    earlier: int
    later: int


@dataclass(frozen=True, slots=True)
class Impact:
    """By camera's name, as it would be at `at`; cameras without footage are left out.

    `delayed`: `at` is that far off because something would go earlier.
    """

    at: datetime
    cameras: tuple[OnCamera, ...] = ()
    delayed: bool = False

    @property
    def gone(self) -> Amount:
        return sum((one.gone for one in self.cameras), Amount())

    @property
    def held(self) -> Amount:
        return sum((one.held for one in self.cameras), Amount())

    @property
    def earlier(self) -> int:
        return sum(one.earlier for one in self.cameras)

    @property
    def later(self) -> int:
        return sum(one.later for one in self.cameras)

    def facts(self) -> dict[str, Any]:
        """As it is kept with the change, and told to the access book: numbers, ids and times."""
        return {
            "at": self.at.isoformat(),
            "earlier": self.earlier,
            "later": self.later,
            "cameras": [
                {
                    "camera": one.camera_id,
                    "segments": one.gone.segments,
                    "bytes": one.gone.bytes,
                    "from": one.gone.start.isoformat() if one.gone.start else None,
                    "until": one.gone.end.isoformat() if one.gone.end else None,
                    "held_segments": one.held.segments,
                    "held_bytes": one.held.bytes,
                }
                for one in self.cameras
            ],
        }


def takes_earlier(camera_ids: Iterable[int], keep_for: timedelta) -> bool:
    """Whether any footage of these cameras would end earlier than it does by its own term."""
    rows = Segment.objects.filter(camera__in=list(camera_ids), state__in=KEPT, expires_at__gt=now())
    return rows.filter(expires_at__gt=F("ended_at") + Value(keep_for)).exists()


def expected(camera_ids: Iterable[int], keep_for: timedelta, *, at: datetime) -> Impact:
    """What happens to the footage of now when these cameras keep it for `keep_for` from `at` on.

    What ends before `at` by its present term goes in any case and is not counted. One query.
    """
    ends = F("ended_at") + Value(keep_for)
    over = Q(ended_at__lte=at - keep_for)
    rows = (
        Segment.objects.filter(camera__in=list(camera_ids), state__in=KEPT, expires_at__gt=at)
        .annotate(kept_by_hold=Case(When(over & erase.under_hold(), then=1), default=0))
        .values("camera", "camera__name")
        .annotate(
            earlier=Count("pk", filter=Q(expires_at__gt=ends)),
            later=Count("pk", filter=Q(expires_at__lt=ends)),
            **counted("gone", over & Q(kept_by_hold=0)),
            **counted("held", over & Q(kept_by_hold=1)),
        )
        .order_by("camera__name", "camera")
    )
    return Impact(
        at,
        tuple(
            OnCamera(
                camera_id=row["camera"],
                camera=row["camera__name"],
                gone=amount(row, "gone"),
                held=amount(row, "held"),
                earlier=row["earlier"],
                later=row["later"],
            )
            for row in rows
        ),
    )
