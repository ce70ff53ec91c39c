"""Whether a camera may write to a volume just now."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from uuid import UUID

from recordings.recorder.bells import Refusal
from recordings.services import volumes
from recordings.services.volumes import VolumeUnavailable

if TYPE_CHECKING:
    from recordings.models import Volume

log = logging.getLogger(__name__)
_LOOK_AGAIN: Final = 5.0
_USUAL_PRIORITY: Final = 5
# Once stopped, a camera goes on only when there is this much more: no starting and stopping.
_RETURN: Final = 1.05
# Names that a filesystem may still take: a segment has three at most, an hour of one camera 120.
_RESERVE_FILES: Final = 500


@dataclass(slots=True)
class Disk:
    """The last look at one volume. `free` in bytes, None while it cannot be used; `reason` why."""

    device: int | None = None
    free: int | None = None
    files: int = 0
    reason: str = ""
    looked: float = field(default=-_LOOK_AGAIN)


class Disks:
    """Volumes of this node: marker, the same disk as at the start, and room enough."""

    def __init__(self) -> None:
        self._disks: dict[UUID, Disk] = {}

    def refusal(self, volume: Volume, priority: int, *, stopped: bool) -> Refusal | None:
        """Why a camera of this priority (1 stops last) may not write, or None.

        The usual priority stops at the volume's reserve, a more important one below it.
        """
        disk = self._look(volume)
        if disk.free is None:
            return Refusal(disk.reason)
        share = priority / _USUAL_PRIORITY * (_RETURN if stopped else 1)
        if disk.free < volume.reserve_bytes * share or disk.files < _RESERVE_FILES * share:
            return Refusal(f"Media simpan {volume.label} hampir penuh.", full=True)
        return None

    def _look(self, volume: Volume) -> Disk:
        disk = self._disks.setdefault(volume.pk, Disk())
        if time.monotonic() - disk.looked < _LOOK_AGAIN:
            return disk
        disk.looked = time.monotonic()
        before = disk.reason
        try:
            with volumes.opened(volume) as place:
                disk.free = place.free_bytes + volume.reserve_bytes
                disk.files = place.free_files
                disk.reason = ""
                if disk.device not in {None, place.device}:
                    # The marker alone could be copied onto the system disk below a mount point.
                    disk.free = None
                    disk.reason = f"Di {volume.path} terpasang media simpan lain."
                disk.device = disk.device or place.device
        except (VolumeUnavailable, OSError) as error:
            ours = isinstance(error, VolumeUnavailable)
            reason = str(error) if ours else f"Media simpan {volume.label} tidak dapat dipakai."
            # A disk that was seen to be gone may come back under another number.
            disk.free, disk.reason, disk.device = None, reason, None
            if not ours:
                log.warning("volume %s: %s", volume.pk, error)
        if disk.reason and disk.reason != before:
            log.error("volume %s: %s", volume.pk, disk.reason)
        return disk
