"""The daily look: hours are sealed, days long gone are folded, a thirtieth is read again."""

from __future__ import annotations

import time
from datetime import timedelta
from random import Random
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import Sum

from cctvportal.accounts.access import SYSTEM
from cctvportal.common import clock
from recordings.enums import SegmentState
from recordings.models import CameraDay, Checkup, CustodyRoot, Segment
from recordings.services import checkup, custody, expiry, fold
from tests.faults.store import Fates
from tests.faults.works import footage, patience


class Custody:
    name: Final = "custody"
    prefixes: Final = ("custody.", "fold.", "checkup.")

    def build(self, rng: Random) -> Fates:
        """Two cameras with footage of some hours ago, and some that was purged long ago."""
        fates = Fates(facts={"folded": 0})
        plans = [footage.new_plan() for _ in range(2)]
        with clock.shifted(-timedelta(days=settings.FOLD_AFTER_DAYS + 2)):
            for plan in plans:
                old = clock.now() - plan.keep_for - timedelta(hours=3)
                for n in range(rng.randint(1, 3)):
                    footage.filmed(plan, old + timedelta(seconds=10 * n))
                    fates.facts["folded"] += 1
            custody.seal_hours(by=SYSTEM)
            expiry.purge_expired(by=SYSTEM)
        # The mark of that time: for the rest of the story the clock was always right.
        (settings.PORTAL_DATA_DIR / "clock.json").unlink()
        for plan in plans:
            for hours in rng.sample(range(2, 6), 2):
                fates.kept.append(footage.filmed(plan, clock.ago(3600 * hours)))
        # Today's thirtieth is one in which something lies.
        mine = UUID(fates.kept[0].segment).int * checkup.SLICES >> 128
        Checkup.objects.create(
            node=settings.NODE_NAME,
            day=clock.ago(86_400).astimezone(clock.WIB).date(),
            slice=(mine - 1) % checkup.SLICES,
            started_at=clock.ago(86_400),
            finished_at=clock.ago(86_000),
            violations=0,
        )
        return fates

    def go(self, fates: Fates) -> None:
        custody.seal_hours(by=SYSTEM)
        fold.fold_days(by=SYSTEM)
        # A killed process keeps the checkup's lock until the server sees that it is gone.
        until = time.monotonic() + patience.of(fates)
        while Checkup.objects.filter(finished_at__isnull=False).count() < 2:
            if checkup.step(by=SYSTEM) is None and time.monotonic() > until:
                raise TimeoutError("the checkup does not end")

    def wrong(self, fates: Fates) -> list[str]:
        wrong = footage.harmed(fates)
        waiting = Segment.objects.filter(state=SegmentState.READY, custody=None)
        if waiting.exists():
            wrong.append(f"{waiting.count()} segments are not sealed")
        sealed = CustodyRoot.objects.aggregate(sum=Sum("segments"))["sum"]
        if sealed != len(fates.kept) + fates.facts["folded"]:
            wrong.append(f"the seals count {sealed} segments")
        folded = CameraDay.objects.aggregate(sum=Sum("segments"))["sum"]
        left = Segment.objects.filter(state=SegmentState.PURGED).count()
        if (folded, left) != (fates.facts["folded"], 0):
            wrong.append(f"{folded} segments are folded and {left} are left")
        if Segment.objects.filter(damaged_at__isnull=False).exists():
            wrong.append("sound footage is marked as damaged")
        return wrong
