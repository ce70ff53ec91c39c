"""Which cameras this node holds, compared with what it held before."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Final

from cctvportal.accounts.access import SYSTEM
from cctvportal.common.clock import now
from recordings.enums import GapCause
from recordings.models import RecordingPlan, Volume
from recordings.recorder.stock import Spare, leftover
from recordings.recorder.wanted import Unusable, Wanted, of_plan
from recordings.services import gaps, plans, volumes
from recordings.services.volumes import VolumeUnavailable

log = logging.getLogger(__name__)
_REFUSALS: Final = {Unusable: GapCause.NOT_VIDEO, VolumeUnavailable: GapCause.DISK}


class Book:
    """The ledger's memory from one look at the leases to the next."""

    def __init__(self, node: str) -> None:
        self._node = node
        self._held: set[int] = set()
        self._wanted: dict[int, Wanted] = {}
        self._refused: dict[int, str] = {}

    def turn(
        self, held: Iterable[RecordingPlan]
    ) -> tuple[dict[int, Wanted], dict[int, list[Spare]]]:
        """What to record from now on, and the spares of what is new. Raises database errors."""
        mine = {plan.pk: plan for plan in held}
        wanted: dict[int, Wanted] = {}
        spares: dict[int, list[Spare]] = {}
        for pk, plan in mine.items():
            if pk not in self._held:
                gaps.note_restart(pk, at=now(), by=SYSTEM)
            one = self._usable(plan)
            if one is None:
                continue
            wanted[pk] = one
            if pk not in self._wanted:
                spares[pk] = _leftover(one)
        for pk in self._held - mine.keys():
            self._refused.pop(pk, None)
            gaps.note_left(pk, at=now(), by=SYSTEM)
        self._held, self._wanted = set(mine), wanted
        return wanted, spares

    def _usable(self, plan: RecordingPlan) -> Wanted | None:
        """None is told once; the gap stays open until somebody corrects the camera."""
        try:
            found = of_plan(plan, self._volume(plan))
        except (Unusable, VolumeUnavailable) as reason:
            if self._refused.get(plan.pk) != str(reason):
                self._refused[plan.pk] = str(reason)
                log.error("camera %s cannot be recorded: %s", plan.pk, reason)  # noqa: TRY400 - the sentence says it all
                cause = _REFUSALS[type(reason)]
                gaps.open_gap(plan.pk, cause=cause, since=now(), detail=str(reason), by=SYSTEM)
            return None
        self._refused.pop(plan.pk, None)
        return found

    def _volume(self, plan: RecordingPlan) -> Volume:
        """The planned one; of ours the emptiest when the camera was taken over, and then that."""
        if plan.volume.node == self._node:
            return plan.volume
        ours = list(Volume.objects.filter(node=self._node).order_by("label"))
        before = self._wanted.get(plan.pk)
        chosen = [each for each in ours if before is not None and each.pk == before.volume.pk]
        if not ours:
            return plans.default_volume(node=self._node, by=SYSTEM)
        return max(chosen or ours, key=_room)


def _room(volume: Volume) -> float:
    """Bytes above the reserve; less than any where the disk cannot be used."""
    try:
        with volumes.opened(volume) as place:
            return place.free_bytes
    except (VolumeUnavailable, OSError):
        return float("-inf")


def _leftover(wanted: Wanted) -> list[Spare]:
    try:
        return leftover(wanted.camera_id, wanted.volume)
    except (VolumeUnavailable, OSError):
        return []
