"""What a killed recorder or media process left: kept as far as it opens."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from cctvportal.accounts.access import Caller, service
from recordings.enums import SegmentState
from recordings.media import placing
from recordings.media.errors import MediaError
from recordings.media.keystore import SegmentRef
from recordings.media.sidecar import Sidecar, base_path
from recordings.models import Segment, Volume
from recordings.services import sealing, volumes
from recordings.services.volumes import OpenVolume

log = logging.getLogger(__name__)
_LONE_FRAME = 0.04  # seconds


class Outcome(StrEnum):
    """What became of a file: still at work, kept, nothing was in it, or not to be kept."""

    LIVE = "live"
    KEPT = "kept"
    EMPTY = "empty"
    TORN = "torn"
    KEYLESS = "keyless"


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a segment's files lie on a volume."""

    camera: UUID
    day: date
    segment: UUID

    @property
    def base(self) -> str:
        return base_path(self.camera, self.day, self.segment)


@service("recordings.run")
def unfinished(volume: Volume, *, by: Caller) -> int:
    """Keeps what is left of the volume's segments under way; returns how many were kept.

    Files that a live recorder works on are locked, and left alone; one that the disk does not
    give waits for `reconcile`, and does not keep the others. Raises VolumeUnavailable.
    """
    kept = 0
    rows = Segment.objects.filter(
        volume=volume, state__in=[SegmentState.PREPARED, SegmentState.OPEN]
    ).select_related("camera")
    with volumes.opened(volume) as place:
        for row in rows:
            slot = Slot(row.camera.uuid, row.key_day, row.pk)
            try:
                if placing.exists(place.root, slot.base + placing.PART):
                    kept += keep(place, slot, row, by=by) is Outcome.KEPT
            except OSError as error:
                log.error("segment %s is left for reconcile: %s", row.pk, error)  # noqa: TRY400 - the cause is the disk
    return kept


@service("recordings.run")
def keep(place: OpenVolume, slot: Slot, row: Segment | None, *, by: Caller) -> Outcome:
    """Seals one `.part` that nobody writes any more, and makes its row.

    EMPTY and TORN files stay where they are: no whole group of pictures is in them.
    """
    try:
        with placing.left_behind(place.root, slot.base) as descriptor:
            facts = placing.facts_beside(place.root, slot.base)
            if facts is None:
                if not os.fstat(descriptor).st_size:
                    return Outcome.EMPTY
                facts = _torn(place, slot, row, descriptor)
                placing.seal(place.root, facts, descriptor)
            else:
                placing.finish(place.root, slot.base)
    except placing.InUse:
        return Outcome.LIVE
    except FileNotFoundError:
        return Outcome.LIVE  # sealed by its recorder just now
    except MediaError:
        return Outcome.TORN
    return adopt(facts, by=by)


@service("recordings.run")
def adopt(facts: Sidecar, *, by: Caller) -> Outcome:
    """Makes the row of a sealed file, unless its key is gone: then it is footage no more."""
    if not volumes.keystore().has(SegmentRef(facts.camera, facts.key_day, facts.segment)):
        return Outcome.KEYLESS
    try:
        sealing.adopt(facts, by=by)
    except sealing.NotOurs:
        return Outcome.KEYLESS
    return Outcome.KEPT


def _torn(place: OpenVolume, slot: Slot, row: Segment | None, descriptor: int) -> Sidecar:
    """Facts of a torn file. Raises MediaError when no whole group of pictures is in it.

    Its last write was the keyframe after the last whole fragment: without a row that knows the
    start, that moment minus the duration tells it, to some tens of milliseconds.
    """
    written = os.fstat(descriptor).st_mtime
    found = placing.trim(descriptor)
    duration_s = found.duration_s or _LONE_FRAME
    os.utime(descriptor, (written, written))
    start = row.started_at if row is not None and row.started_at is not None else None
    moment = datetime.fromtimestamp(written, UTC)
    return Sidecar(
        segment=slot.segment,
        camera=slot.camera,
        volume=place.volume.pk,
        key_day=slot.day,
        fence=row.fence if row is not None else 0,
        prepared_at=row.prepared_at if row is not None else moment,
        started_at=start or moment - timedelta(seconds=duration_s),
        duration_s=duration_s,
        frames=found.frames,
        size=found.whole_bytes,
        sha256=found.sha256,
        codec=found.codec,
        width=found.width,
        height=found.height,
        clock_error_s=None,
        salvaged=True,
    )
