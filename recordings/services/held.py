"""How much the holds keep, and how much they may (HOLD_QUOTA_PERCENT of a volume's capacity).

Held are the bytes of kept segments that an active hold touches, each segment counted once however
many holds lie on it.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import Min, Q, QuerySet, Sum

from cctvportal.accounts.access import Caller, service
from cctvportal.common.clock import now
from recordings.enums import HoldKind
from recordings.models import (
    Hold,
    HoldOrder,
    RecordingPlan,
    Segment,
    Volume,
    VolumeReading,
)
from recordings.models.segment import KEPT, LONGEST_SEGMENT
from recordings.selectors import Span
from recordings.services import volumes

DAY: Final = timedelta(days=1)
# Below this, what was recorded so far says nothing of a day.
_LEAST: Final = timedelta(hours=1)
Ranges = Mapping[int, Sequence[Span]]


@dataclass(frozen=True, slots=True)
class Wish:
    """Footage that somebody wants held: [start, end) of these cameras until then, aware times."""

    camera_ids: tuple[int, ...]
    start: datetime
    end: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class VolumeHeld:
    """Of one volume, in bytes: what is held, what a wish adds, what may be held at most.

    `quota` and `free` (above the reserve) are None while nobody can read the volume.
    """

    volume: Volume
    held: int
    more: int
    quota: int | None
    free: int | None

    @property
    def is_over(self) -> bool:
        """Whether the quota would be passed. A volume that cannot be read counts as passed."""
        return self.quota is None or self.held + self.more > self.quota


@service("recordings.see_holds")
def standing(*, wish: Wish | None = None, by: Caller) -> list[VolumeHeld]:
    """Each volume as it stands, with what `wish` would add; by name."""
    del by
    active = active_ranges(now())
    held = weigh(active)
    wanted = weigh(with_wish(active, wish)) + _ahead(wish) if wish else held
    return [
        _standing(volume, held[volume.pk], max(0, wanted[volume.pk] - held[volume.pk]))
        for volume in Volume.objects.order_by("label")
    ]


@service("recordings.see_holds")
def only_held_by(holds: Iterable[Hold], *, by: Caller) -> int:
    """The bytes past their term that nothing but these holds keeps: they go when these end."""
    del by
    mine = list(holds)
    rest = Hold.objects.filter(released_at=None).exclude(pk__in=[one.pk for one in mine])
    others = merged(rest.values_list("camera_id", "starts_at", "ends_at"))
    found = 0
    for camera, spans in merged(
        (one.camera_id, one.starts_at, one.ends_at) for one in mine
    ).items():
        over = touching({camera: spans}).filter(expires_at__lte=now())
        if camera in others:
            over = over.exclude(pk__in=touching({camera: others[camera]}).values("pk"))
        found += over.aggregate(size=Sum("bytes"))["size"] or 0
    return found


def wish_of(order: HoldOrder) -> Wish:
    """What `order` holds, or would hold."""
    cameras = tuple(order.cameras.order_by("name").values_list("pk", flat=True))
    return Wish(cameras, order.starts_at, order.ends_at, order.until)


def _standing(volume: Volume, held: int, more: int) -> VolumeHeld:
    """By a look at the disk, else by the last one of the volume's own node."""
    try:
        with volumes.opened(volume) as place:
            room = os.fstatvfs(place.root)
            total: int | None = room.f_blocks * room.f_frsize
            free: int | None = place.free_bytes
    except volumes.VolumeUnavailable:
        seen = VolumeReading.objects.filter(volume=volume).first()
        total, free = (seen.total_bytes, seen.free_bytes) if seen else (None, None)
    quota = None if total is None else int(total * settings.HOLD_QUOTA_PERCENT / 100)
    return VolumeHeld(volume, held, more, quota, free)


def active_ranges(moment: datetime) -> dict[int, list[Span]]:
    """What will be held at `moment`, as far as it is known now, camera by camera.

    Holds of requests and exports are taken to stay; those by hand end when they say.
    """
    active = Hold.objects.filter(released_at=None).exclude(
        kind=HoldKind.MANUAL, order__until__lte=moment
    )
    return merged(active.values_list("camera_id", "starts_at", "ends_at"))


def with_wish(ranges: Ranges, wish: Wish | None) -> dict[int, list[Span]]:
    """`ranges` and, where there is one, the wish's."""
    rows = [(camera, one.start, one.end) for camera, spans in ranges.items() for one in spans]
    if wish is not None:
        rows += [(camera, wish.start, wish.end) for camera in wish.camera_ids]
    return merged(rows)


def merged(rows: Iterable[tuple[int, datetime, datetime]]) -> dict[int, list[Span]]:
    """Spans of one camera that meet become one."""
    found: dict[int, list[Span]] = defaultdict(list)
    for camera, start, end in sorted(rows):
        spans = found[camera]
        if spans and start <= spans[-1].end:
            spans[-1] = Span(spans[-1].start, max(spans[-1].end, end))
        else:
            spans.append(Span(start, end))
    return dict(found)


def touching(ranges: Ranges) -> QuerySet[Segment]:
    """Kept segments that touch one of `ranges`, each once; bounded so that the index is used."""
    wanted = Q(pk__in=[])
    for camera, spans in ranges.items():
        for span in spans:
            wanted |= Q(
                camera=camera,
                started_at__gte=span.start - LONGEST_SEGMENT,
                started_at__lt=span.end,
                ended_at__gt=span.start,
            )
    return Segment.objects.filter(wanted, state__in=KEPT)


def weigh(ranges: Ranges) -> Counter[UUID]:
    """The bytes of each volume that `ranges` touch; one query a camera."""
    found: Counter[UUID] = Counter()
    for camera, spans in ranges.items():
        rows = touching({camera: spans}).order_by().values("volume").annotate(size=Sum("bytes"))
        found.update({row["volume"]: row["size"] for row in rows})
    return found


def daily(camera_ids: Iterable[int], moment: datetime) -> dict[int, float]:
    """Bytes that each camera writes in a day, after what it wrote in the last."""
    found = {}
    for camera in camera_ids:
        rows = touching({camera: [Span(moment - DAY, moment)]})
        seen = rows.aggregate(size=Sum("bytes"), first=Min("started_at"))
        if seen["first"] is not None:
            since = min(DAY, max(_LEAST, moment - seen["first"]))
            found[camera] = seen["size"] * (DAY / since)
    return found


def _ahead(wish: Wish) -> Counter[UUID]:
    """What a wish for a time that has not come will hold, after what its cameras write a day."""
    moment = now()
    lasting = wish.end - max(wish.start, moment)
    if lasting <= timedelta(0):
        return Counter()
    written = daily(wish.camera_ids, moment)
    places = dict(RecordingPlan.objects.filter(camera__in=written).values_list("camera", "volume"))
    found: Counter[UUID] = Counter()
    for camera, size in written.items():
        if camera in places:
            found[places[camera]] += int(size * (lasting / DAY))
    return found
