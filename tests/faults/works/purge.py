"""Expiry: what is past its term goes, what is held or within its term stays (SOP step 5)."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from cctvportal.accounts.access import SYSTEM
from cctvportal.common.clock import ago, now
from recordings.enums import HoldKind, SegmentState
from recordings.models import Segment
from recordings.services import expiry, holds, volumes
from recordings.services.reconcile import QUARANTINE, reconcile
from tests.factories import accounts
from tests.factories.recordings import VolumeFactory
from tests.faults.store import Fates
from tests.faults.works import footage
from tests.faults.works.patience import passed_gate
from tests.recordings.services.written import Written

if TYPE_CHECKING:
    from recordings.models import RecordingPlan


class Purge:
    name: Final = "purge"
    prefixes: Final = ("purge.", "remains.", "keys.", "file.")

    def build(self, rng: Random) -> Fates:
        """Two cameras on two disks: expired, held, young, torn, never used, and a stranger."""
        fates = Fates()
        by = accounts.officer()
        for plan in (footage.new_plan(VolumeFactory()) for _ in range(2)):
            long_ago = now() - plan.keep_for - timedelta(days=1)
            for n in range(rng.randint(1, 3)):
                fates.gone.append(footage.filmed(plan, long_ago + timedelta(seconds=10 * n)))
            held = now() - plan.keep_for - timedelta(hours=2)
            fates.kept.append(footage.filmed(plan, held))
            holds.place(
                camera_ids=[plan.camera_id],
                start=held + timedelta(seconds=1),
                end=held + timedelta(seconds=2),
                kind=HoldKind.REQUEST,
                reference=str(uuid4()),
                by=by,
            )
            for n in range(rng.randint(1, 3)):
                fates.kept.append(footage.filmed(plan, ago(600 + 10 * n)))
            fates.facts.setdefault("remains", []).extend(_remains(plan))
        return fates

    def go(self, fates: Fates) -> None:
        passed_gate(lambda: expiry.purge_expired(by=SYSTEM), fates)

    def wrong(self, fates: Fates) -> list[str]:
        wrong = footage.harmed(fates) + footage.left_over(fates)
        for path in fates.facts["remains"]:
            if Path(path).exists():
                wrong.append(f"remains are still there: {path}")
        if not fates.facts["remains"]:
            wrong.append("the store has no remains")
        if Segment.objects.filter(state=SegmentState.DOOMED).exists():
            wrong.append("a segment is DOOMED after a whole purge")
        return wrong


def _remains(plan: RecordingPlan) -> list[str]:
    """A torn file and an unused key past their term, as reconcile leaves them; the file's path."""
    torn = Written(plan, now() - plan.keep_for - timedelta(days=2))
    os.write(torn.descriptor, b"nothing opens")
    os.utime(torn.descriptor, (torn.start.timestamp(), torn.start.timestamp()))
    Segment.objects.filter(pk=torn.row.pk).update(state=SegmentState.OPEN, started_at=torn.start)
    torn.let_go()
    unused = Segment.objects.create(
        id=uuid4(),
        camera=plan.camera,
        volume=plan.volume,
        state=SegmentState.PREPARED,
        fence=1,
        key_day=now().date(),
        prepared_at=ago(2 * 86_400),
    )
    volumes.keystore().put(plan.camera.uuid, unused.key_day, {unused.pk: os.urandom(16)})
    reconcile(plan.volume, min_age=timedelta(0), by=SYSTEM)
    return [str(path) for path in (Path(plan.volume.path) / QUARANTINE).iterdir()]
