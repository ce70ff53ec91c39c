"""The keystore alone: new keys go in, some are destroyed, all others stay as they were."""

from __future__ import annotations

import os
from datetime import date, timedelta
from random import Random
from typing import Final
from uuid import UUID, uuid4

from django.conf import settings

from cctvportal.common.clock import ago, now
from recordings.enums import SegmentState
from recordings.media.errors import KeyReused
from recordings.media.keystore import SegmentRef
from recordings.models import Segment
from recordings.services import volumes
from tests.faults.store import Fates
from tests.faults.works import footage


class Rotation:
    name: Final = "rotation"
    prefixes: Final = ("keys.", "file.")

    def build(self, rng: Random) -> Fates:
        """Keys of kept footage of several cameras, and one doomed key a camera without a row."""
        fates = Fates(facts={"doomed": [], "fresh": []})
        for plan in (footage.new_plan() for _ in range(rng.randint(1, 3))):
            for n in range(rng.randint(1, 3)):
                fates.kept.append(footage.filmed(plan, ago(600 + 10 * n)))
            camera, day, doomed = plan.camera.uuid, now().date(), uuid4()
            older = day - timedelta(days=rng.randint(0, 2))
            volumes.keystore().put(camera, older, {doomed: os.urandom(16)})
            fates.facts["doomed"].append([str(camera), older.isoformat(), str(doomed)])
            fresh = Segment.objects.create(
                id=uuid4(),
                camera=plan.camera,
                volume=plan.volume,
                state=SegmentState.PREPARED,
                fence=1,
                key_day=day,
                prepared_at=now(),
            )
            key = os.urandom(16).hex()
            fates.facts["fresh"].append([str(camera), day.isoformat(), str(fresh.pk), key])
        return fates

    def go(self, fates: Fates) -> None:
        store = volumes.keystore()
        for camera, day, segment, key in fates.facts["fresh"]:
            try:
                store.put(
                    UUID(camera), date.fromisoformat(day), {UUID(segment): bytes.fromhex(key)}
                )
            except KeyReused:
                continue  # it was stored before the kill
        store.destroy(_refs(fates))

    def wrong(self, fates: Fates) -> list[str]:
        store = volumes.keystore()
        wrong = footage.harmed(fates)
        wrong += [f"destroyed key of {ref.segment} opens" for ref in _refs(fates) if store.has(ref)]
        for camera, day, segment, key in fates.facts["fresh"]:
            if store.get(UUID(camera), date.fromisoformat(day), UUID(segment)).hex() != key:
                wrong.append(f"new key of {segment} is another one")
        folder = settings.PORTAL_DATA_DIR / "keystore"
        days = [path.name.split(".")[1] for path in folder.glob("epoch-*")]
        if len(days) != len(set(days)):
            wrong.append(f"a day has two epoch keys: {sorted(days)}")
        return wrong


def _refs(fates: Fates) -> list[SegmentRef]:
    return [
        SegmentRef(UUID(camera), date.fromisoformat(day), UUID(segment))
        for camera, day, segment in fates.facts["doomed"]
    ]
