"""What holds will keep in the days to come, and when a volume is full with one more."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Sum

from cctvportal.accounts.access import Caller, service
from cctvportal.common.clock import now
from recordings.models import Volume
from recordings.services import held
from recordings.services.forecast import forecasts
from recordings.services.held import DAY, VolumeHeld, Wish


@dataclass(frozen=True, slots=True)
class Full:
    """Whole days until a volume is down to its reserve, as it is and with a wish.

    None where the room suffices, or where the volume cannot be read.
    """

    days: int | None
    days_with_wish: int | None

    @property
    def is_sooner(self) -> bool:
        """Whether the wish is what fills it, or fills it earlier."""
        return self.days_with_wish is not None and self.days_with_wish != self.days


@service("recordings.see_holds")
def full(standing: list[VolumeHeld], *, wish: Wish, by: Caller) -> list[Full]:
    """For each volume of `standing`, in its order. The wish's footage is taken to stay for good."""
    del by
    moment = now()
    room = {one.volume.pk: one.free for one in standing if one.free is not None}
    alone = forecasts(room, moment)
    more = [(camera, wish.start, wish.end) for camera in wish.camera_ids]
    together = forecasts(room, moment, also=more)
    return [
        Full(alone[one.volume.pk].days, together[one.volume.pk].days)
        if one.volume.pk in room
        else Full(None, None)
        for one in standing
    ]


@service("recordings.see_holds")
def held_after(volume: Volume, *, days: int, by: Caller) -> list[int]:
    """The bytes of `volume` that are still held after 1, 2, ... `days` days.

    Holds of requests and exports are taken to stay; those by hand end when they say.
    """
    del by
    moment = now()
    sizes: list[int] = []
    before: held.Ranges | None = None
    for day in range(1, days + 1):
        ranges = held.active_ranges(moment + day * DAY)
        if ranges != before:
            rows = held.touching(ranges).filter(volume=volume)
            size = rows.aggregate(size=Sum("bytes"))["size"] or 0
            before = ranges
        sizes.append(size)
    return sizes
