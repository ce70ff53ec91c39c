from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from cctvportal.accounts.access import Caller, service
from cctvportal.audit.services import record
from cctvportal.common.clock import now
from recordings.enums import HoldKind, SegmentState
from recordings.models import Hold, HoldOrder, Segment
from recordings.models.segment import KEPT, LONGEST_SEGMENT


@service("recordings.place_hold")
def place(
    *,
    camera_ids: Iterable[int],
    start: datetime,
    end: datetime,
    kind: HoldKind,
    reference: str,
    order: HoldOrder | None = None,
    by: Caller,
) -> list[Hold]:
    """Puts a hold on each camera over [start, end), aware times, for `reference`.

    One by hand needs its `order`, which hold_orders has brought into force. The overlapping
    segment rows are locked after the hold is written, so that a purge which has them now is waited
    for, and one that comes later sees the hold: the race has one winner.
    """
    with transaction.atomic():
        holds = Hold.objects.bulk_create(
            Hold(
                camera_id=camera_id,
                starts_at=start,
                ends_at=end,
                kind=kind,
                reference=reference,
                order=order,
                placed_by_id=by.pk,
                placed_at=now(),
            )
            for camera_id in sorted(set(camera_ids))
        )
        overlapping = Segment.objects.filter(
            camera_id__in=[hold.camera_id for hold in holds],
            started_at__gte=start - LONGEST_SEGMENT,
            started_at__lt=end,
            ended_at__gt=start,
            # What is torn too (`remains`). What was only prepared has no time yet, and no picture.
            state__in=[*KEPT, SegmentState.LOST],
        )
        list(overlapping.order_by("id").select_for_update().values_list("id", flat=True))
        for hold in holds:
            record(
                "hold.placed",
                by=by,
                subject=hold,
                facts={"camera": hold.camera_id, "kind": kind, "reference": reference},
            )
    return holds


@service("recordings.release_hold")
def release(*, reference: str, kind: HoldKind, by: Caller) -> int:
    """Releases the holds of `reference`; returns how many. None is no error: it may run again."""
    with transaction.atomic():
        holds = list(
            Hold.objects.select_for_update().filter(
                reference=reference, kind=kind, released_at=None
            )
        )
        for hold in holds:
            hold.released_at, hold.released_by_id = now(), by.pk
            hold.save(update_fields=["released_at", "released_by"])
            record("hold.released", by=by, subject=hold, facts={"reference": reference})
    return len(holds)
