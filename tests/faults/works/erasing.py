"""The erasure of an assessment's source, by two persons, after its export (SOP step 4)."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Final

from cctvportal.audit.models import Entry
from cctvportal.jobs.models import JobState
from recordings.enums import ErasureState, PurgeState
from recordings.models import Erasure, PurgeRun
from tests.factories import accounts
from tests.faults.store import Fates
from tests.faults.works import asking, exporting, footage, jobs


class Erasing:
    name: Final = "erase"
    prefixes: Final = ("erase.", "purge.", "remains.", "keys.", "file.", "job.")

    def build(self, rng: Random) -> Fates:
        """Exported and verified; before and after the range lies footage that stays."""
        plan, by = footage.new_plan(), accounts.officer()
        fates, pieces, start = Fates(), rng.randint(1, 3), asking.start()
        for n in range(pieces):
            fates.gone.append(footage.filmed(plan, start + timedelta(seconds=4 * n)))
        for seconds in (-60, 4 * pieces + 60):
            fates.kept.append(footage.filmed(plan, start + timedelta(seconds=seconds)))
        seconds, disk = 4 * pieces - 1, exporting.medium(by)
        export = asking.export([plan.camera_id], start, seconds, medium=disk, by=by)
        jobs.carried_out(str(export.job_id), fates)
        erasure = asking.erasure(export, by=by)
        fates.facts |= {"job": str(erasure.job_id)}
        return fates

    def go(self, fates: Fates) -> None:
        jobs.carried_out(fates.facts["job"], fates)

    def wrong(self, fates: Fates) -> list[str]:
        erasure = Erasure.objects.select_related("job").get(job=fates.facts["job"])
        assert erasure.job is not None
        wrong = footage.harmed(fates) + footage.left_over(fates)
        if (erasure.state, erasure.job.state) != (ErasureState.DONE, JobState.DONE):
            wrong.append(f"erasure is {erasure.state}, its job {erasure.job.state}")
        runs = [run.state for run in PurgeRun.objects.filter(erasure=erasure)]
        if runs != [PurgeState.DONE]:
            wrong.append(f"the erasure has runs {runs}")
        if Entry.objects.filter(action="erasure.done").count() != 1:
            wrong.append("the erasure was not told done exactly once")
        return wrong
