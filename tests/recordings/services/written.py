"""Segment files as a recorder leaves them at each step, made of real video."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from cctvportal.common.clock import ago, now
from recordings.enums import SegmentState
from recordings.media import placing
from recordings.media.segment import SegmentFacts, SegmentWriter
from recordings.media.sidecar import Sidecar, base_path
from recordings.models import RecordingPlan, Segment
from recordings.services import volumes
from tests.recordings.media.films import film, new_key

if TYPE_CHECKING:
    from io import FileIO


class Written:
    """One segment of `plan`'s camera: its key is stored, its row PREPARED, its file made."""

    def __init__(self, plan: RecordingPlan, start: datetime | None = None) -> None:
        self.plan = plan
        self.start = start or ago(600)
        self.row = Segment.objects.create(
            id=uuid4(),
            camera=plan.camera,
            volume=plan.volume,
            state=SegmentState.PREPARED,
            fence=1,
            key_day=now().date(),
            prepared_at=self.start - timedelta(minutes=1),
        )
        self.key = new_key()
        camera: UUID = plan.camera.uuid
        volumes.keystore().put(camera, self.row.key_day, {self.row.pk: self.key})
        self.base = base_path(camera, self.row.key_day, self.row.pk)
        self.root = os.open(plan.volume.path, os.O_RDONLY | os.O_DIRECTORY)
        self.descriptor = placing.create(self.root, self.base)

    def film(self, seconds: int = 4, *, finished: bool = True) -> SegmentFacts | None:
        """Writes video; unfinished as a killed process leaves it: the last second is missing."""
        shot = film("h264", seconds)
        sink: FileIO = os.fdopen(os.dup(self.descriptor), "wb", buffering=0)
        writer = SegmentWriter(sink, track=shot.track, key=self.key, kid=self.row.pk)
        for unit in shot.units:
            writer.add(unit)
        if finished:
            facts = writer.close()
            sink.close()
            return facts
        writer.abandon()
        sink.close()
        return None

    def facts(self, written: SegmentFacts) -> Sidecar:
        return Sidecar(
            segment=self.row.pk,
            camera=self.plan.camera.uuid,
            volume=self.plan.volume.pk,
            key_day=self.row.key_day,
            fence=1,
            prepared_at=self.row.prepared_at,
            started_at=self.start,
            duration_s=written.duration_s,
            frames=written.frames,
            size=written.bytes,
            sha256=written.sha256,
            codec=written.codec,
            width=written.width,
            height=written.height,
            clock_error_s=None,
            salvaged=False,
        )

    def sealed(self, *, seconds: int = 4) -> Sidecar:
        """The file in its final place, its row not yet written."""
        written = self.film(seconds)
        assert written is not None
        facts = self.facts(written)
        placing.seal(self.root, facts, self.descriptor)
        self.let_go()
        return facts

    def let_go(self) -> None:
        """As the end of the process that held the file."""
        os.close(self.descriptor)
        os.close(self.root)
