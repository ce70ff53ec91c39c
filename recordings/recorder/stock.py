"""Segments prepared ahead, so that recording goes on while the database is away (design.md 6)."""

from __future__ import annotations

import logging
import secrets
import time
import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from math import ceil
from typing import TYPE_CHECKING, Final

from django.conf import settings

from cctvportal.common import crash
from cctvportal.common.clock import now
from recordings.enums import SegmentState
from recordings.media import placing
from recordings.media.errors import KeyMissing
from recordings.media.keyfile import KEY_BYTES
from recordings.models import Segment
from recordings.services import volumes
from recordings.services.salvage import Slot

if TYPE_CHECKING:
    from recordings.models import Volume
    from recordings.recorder.wanted import Wanted

log = logging.getLogger(__name__)

_AHEAD_SECONDS: Final = 600
_MOST: Final = 60
# A row takes milliseconds; one that takes longer is written when the database is back.
_ROW_PATIENCE: Final = 2.0
# The keys of unused ones are destroyed a day after they were made (`reconcile.STALE`).
_FRESH: Final = timedelta(hours=12)


@dataclass(slots=True)
class Spare:
    """A segment whose key is in the keystore; `noted` once its row is in the database."""

    row: Segment
    key: bytes = field(repr=False)
    noted: bool = False
    made: float = field(default_factory=time.monotonic)

    @property
    def fresh(self) -> bool:
        return now() - self.row.prepared_at < _FRESH

    @property
    def ready(self) -> bool:
        return self.noted or time.monotonic() - self.made > _ROW_PATIENCE


class Stock:
    """Spares of one camera. Keys first, then rows, then files: in that order each is explained."""

    def __init__(self, spares: list[Spare]) -> None:
        self._spares = spares

    def refill(self, wanted: Wanted) -> list[Spare]:
        """Prepares what is missing to ten minutes; returns the new spares, whose rows are due.

        Raises OSError and MediaError when the keystore does not take the keys.
        """
        self._spares = [spare for spare in self._spares if spare.fresh]
        full = min(_MOST, ceil(_AHEAD_SECONDS / settings.SEGMENT_SECONDS) + 2)
        if len(self._spares) > full // 2:
            return []
        moment = now()
        keys = {uuid.uuid4(): secrets.token_bytes(KEY_BYTES) for _ in range(full // 2)}
        volumes.keystore().put(wanted.camera, moment.date(), keys)
        crash.step("record.keys_stored")
        made = [
            Spare(
                Segment(
                    id=segment,
                    camera_id=wanted.camera_id,
                    volume=wanted.volume,
                    state=SegmentState.PREPARED,
                    fence=wanted.fence,
                    key_day=moment.date(),
                    prepared_at=moment,
                ),
                key,
            )
            for segment, key in keys.items()
        ]
        self._spares += made
        return made

    def take(self) -> Spare | None:
        """One whose row is written, or has waited too long for it."""
        for index, spare in enumerate(self._spares):
            if spare.ready and spare.fresh:
                return self._spares.pop(index)
        return None

    def give_back(self, spare: Spare) -> None:
        """Nothing was written under its key."""
        self._spares.insert(0, spare)


def leftover(camera_id: int, volume: Volume) -> list[Spare]:
    """Rows that an earlier recorder prepared and never used, as far as their keys are there."""
    found: list[Spare] = []
    rows = Segment.objects.filter(
        camera_id=camera_id,
        volume=volume,
        state=SegmentState.PREPARED,
        prepared_at__gt=now() - _FRESH,
    ).select_related("camera")
    with volumes.opened(volume) as place:
        for row in rows.order_by("prepared_at")[:_MOST]:
            slot = Slot(row.camera.uuid, row.key_day, row.pk)
            suffixes = (placing.PART, placing.FILM, placing.FACTS)
            if any(placing.exists(place.root, slot.base + suffix) for suffix in suffixes):
                continue
            try:
                key = volumes.keystore().get(slot.camera, slot.day, slot.segment)
            except KeyMissing:
                continue
            found.append(Spare(row, key, noted=True))
    return found
