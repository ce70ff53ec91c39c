"""A recorder's start and its next segments: salvage, reconcile, keys, files, video, seal, rows."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db.models import Max, Sum

from cctvportal.accounts.access import SYSTEM
from cctvportal.common import clock
from devices.rtsp import Endpoint
from recordings.media import placing
from recordings.media.errors import MediaError
from recordings.media.protocol import Closed, Opened, Prepared
from recordings.media.recovery import recover
from recordings.media.sidecar import Sidecar, base_path
from recordings.media.tape import Blanks, Tape
from recordings.models import RecordingPlan, Segment
from recordings.models.segment import KEPT
from recordings.recorder.stock import Spare, Stock, leftover
from recordings.recorder.wanted import Wanted
from recordings.services import salvage, sealing, volumes
from recordings.services.reconcile import reconcile
from tests.faults.store import Fates
from tests.faults.works import footage
from tests.recordings.media.films import film

if TYPE_CHECKING:
    from recordings.media.protocol import Report

# reconcile takes an empty file for one that is just being made until it is a minute old.
_LATER: Final = timedelta(minutes=2)
# More than four seconds need, so that some are taken back.
_HANDED: Final = 6


class Recording:
    name: Final = "record"
    prefixes: Final = ("record.", "seal.", "file.")

    def build(self, rng: Random) -> Fates:
        """A camera with some footage, and what a killed media process left."""
        plan = footage.new_plan()
        kept = [footage.filmed(plan, clock.ago(600 + 10 * n)) for n in range(rng.randint(1, 2))]
        for n in range(rng.randint(1, 2)):
            footage.torn(plan, clock.ago(400 + 10 * n))
        return Fates(kept=kept, facts={"camera": plan.camera_id, "segment_s": rng.choice([1, 2])})

    def go(self, fates: Fates) -> None:
        plan = _plan(fates)
        # What can be kept of what lies there now has to be there in the end.
        fates.facts["frames"] = sum(_frames(plan, base) for base in _bases(plan))
        _explain(plan)
        last = Segment.objects.filter(camera=plan.camera).aggregate(end=Max("ended_at"))["end"]
        Take(plan).record(last + timedelta(seconds=5), fates.facts["segment_s"])

    def wrong(self, fates: Fates) -> list[str]:
        plan = _plan(fates)
        root = Path(plan.volume.path)
        _explain(plan)
        wrong = footage.harmed(fates)
        kept = Segment.objects.filter(camera=plan.camera, state__in=KEPT)
        frames = kept.aggregate(sum=Sum("frames"))["sum"]
        if frames < fates.facts["frames"]:
            wrong.append(f"{frames} frames are kept of {fates.facts['frames']} that were written")
        parts = [base for base in _bases(plan) if (root / f"{base}{placing.PART}").exists()]
        return wrong + [f"a file is left unsealed: {path}" for path in parts]


def _plan(fates: Fates) -> RecordingPlan:
    plans = RecordingPlan.objects.select_related("camera", "volume")
    return plans.get(camera=fates.facts["camera"])


def _explain(plan: RecordingPlan) -> None:
    """As a recorder's start does; the minute that reconcile waits has passed."""
    salvage.unfinished(plan.volume, by=SYSTEM)
    with clock.shifted(_LATER):
        reconcile(plan.volume, min_age=timedelta(0), by=SYSTEM)


def _bases(plan: RecordingPlan) -> set[str]:
    root = Path(plan.volume.path)
    films = [*root.glob("[!.]*/**/*.part"), *root.glob("[!.]*/**/*.mp4")]
    return {str(path.relative_to(root).with_suffix("")) for path in films}


def _frames(plan: RecordingPlan, base: str) -> int:
    """Those of a kept row; else of a sealed file's facts; else of what opens of a torn file."""
    row = Segment.objects.filter(pk=UUID(Path(base).name), state__in=KEPT).first()
    if row is not None:
        return row.frames
    with volumes.opened(plan.volume) as place:
        facts = placing.facts_beside(place.root, base)
    if facts is not None:
        return facts.frames
    try:
        return recover(Path(plan.volume.path) / f"{base}{placing.PART}").frames
    except (FileNotFoundError, MediaError):
        return 0


@dataclass(slots=True)
class Take:
    """One session of one camera: what the recorder and its media process do, in one process."""

    plan: RecordingPlan
    handed: dict[UUID, tuple[Spare, int]] = field(default_factory=dict)
    root: int = -1

    def record(self, start: datetime, segment_s: float) -> None:
        """Four seconds of video from `start`, cut every `segment_s`; unused files are taken back.

        Raises as the media process does when a file cannot be written.
        """
        camera = self.plan.camera.uuid
        blanks = Blanks()
        with volumes.opened(self.plan.volume) as place:
            self.root = place.root
            self._hand_out(blanks)
            tape = Tape(camera=camera, segment_s=segment_s, blanks=blanks, tell=self._heard)
            shot = film("h264", 4)
            shift = start.timestamp() - shot.units[0].arrived_at
            tape.begin()
            for unit in shot.units:
                tape.add(replace(unit, arrived_at=unit.arrived_at + shift), shot.track)
            tape.finish()
            blanks.shut()
            for spare, descriptor in self.handed.values():
                placing.discard(place.root, self._base(spare), descriptor)
                os.close(descriptor)

    def _hand_out(self, blanks: Blanks) -> None:
        plan = self.plan
        stock = Stock(leftover(plan.camera_id, plan.volume))
        made = stock.refill(
            Wanted(
                camera_id=plan.camera_id,
                camera=plan.camera.uuid,
                endpoint=Endpoint("127.0.0.1"),
                priority=5,
                fence=plan.fence,
                volume=plan.volume,
            )
        )
        sealing.note_prepared([spare.row for spare in made], by=SYSTEM)
        for spare in made:
            spare.noted = True
        while len(self.handed) < _HANDED and (taken := stock.take()):
            self._prepare(taken, blanks)

    def _prepare(self, spare: Spare, blanks: Blanks) -> None:
        camera: UUID = self.plan.camera.uuid
        descriptor = placing.create(self.root, self._base(spare))
        self.handed[spare.row.pk] = (spare, descriptor)
        blanks.add(Prepared(camera, spare.row.pk, spare.key), os.dup(descriptor))

    def _base(self, spare: Spare) -> str:
        return base_path(self.plan.camera.uuid, spare.row.key_day, spare.row.pk)

    def _heard(self, report: Report) -> None:
        match report:
            case Opened():
                at = datetime.fromtimestamp(report.started_at, UTC)
                sealing.note_open(report.segment, started_at=at, by=SYSTEM)
            case Closed():
                spare, descriptor = self.handed.pop(report.segment)
                facts = self._facts(spare, report)
                placing.seal(self.root, facts, descriptor)
                os.close(descriptor)
                sealing.adopt(facts, by=SYSTEM)

    def _facts(self, spare: Spare, report: Closed) -> Sidecar:
        return Sidecar(
            segment=report.segment,
            camera=self.plan.camera.uuid,
            volume=self.plan.volume.pk,
            key_day=spare.row.key_day,
            fence=spare.row.fence,
            prepared_at=spare.row.prepared_at,
            started_at=datetime.fromtimestamp(report.started_at, UTC),
            duration_s=report.duration_s,
            frames=report.frames,
            size=report.bytes,
            sha256=report.sha256,
            codec=report.codec,
            width=report.width,
            height=report.height,
            clock_error_s=report.clock_error_s,
            salvaged=False,
        )
