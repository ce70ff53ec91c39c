"""A wall clock that jumps: nothing is purged by it, no job has its effect twice."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings

from cctvportal.accounts.access import SYSTEM
from cctvportal.common import clock
from recordings.enums import ExportState, SegmentState
from recordings.models import Export, Segment
from recordings.services import erase, expiry
from tests.factories import accounts
from tests.faults import checker
from tests.faults.kills import Kills, to_the_end
from tests.faults.works import asking, footage, jobs
from tests.faults.works.exporting import Exporting
from tests.faults.works.purge import Purge

if TYPE_CHECKING:
    from cctvportal.accounts.models import User
    from tests.faults.stage import Stage
    from tests.faults.store import Fates

JUMPS: Final = {
    "+1 jam": timedelta(hours=1),
    "+1 tahun": timedelta(days=365),
    "-1 hari": timedelta(days=-1),
}


class Clocks:
    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._kills = Kills(stage)

    def run(self) -> None:
        for name, jump in JUMPS.items():
            for restarted in (False, True):
                # Forward by an hour over a restart is what a computer switched off looks like.
                if not (restarted and timedelta() < jump < timedelta(days=7)):
                    self._purge(name, jump, restarted=restarted)
            self._export(name, jump)

    def _purge(self, name: str, jump: timedelta, *, restarted: bool) -> None:
        """The gate stays shut, asks, and does its work when a person has looked."""
        fates = self._kills.store(Purge(), 0)
        fault = f"clock.purge {name}{' setelah mulai ulang' if restarted else ''}"
        self._stage.tally.tried[fault] += 1
        self._stage.run(partial(_mark, restarted=restarted))
        self._tell(fault, self._stage.run(partial(_purged_under, jump, fates)).told)
        self._stage.run(_trusted)
        self._tell(fault, self._stage.run(partial(to_the_end, Purge(), fates)).told)

    def _export(self, name: str, jump: timedelta) -> None:
        """A worker whose clock is wrong takes the job of one that is at work."""
        fates = self._kills.store(Exporting(), 0)
        fault = f"clock.export {name}"
        self._stage.tally.tried[fault] += 1
        first = self._stage.begin(partial(Exporting().go, fates))
        second = self._stage.begin(partial(_exported_under, jump, fates))
        for child in (first, second):
            child.end()
        again = replace(fates, facts=fates.facts | {"attempt": 1, "sound_again": True})
        if jump > timedelta(hours=1):
            self._tell(fault, self._stage.run(partial(_export_refused, again)).told)
        else:
            self._tell(fault, self._stage.run(partial(to_the_end, Exporting(), again)).told)

    def _tell(self, fault: str, verdict: dict[str, Any]) -> None:
        self._stage.tally.look(fault, verdict)


def _mark(*, restarted: bool) -> None:
    """The gate has been passed under a right clock, in this boot or in an earlier one."""
    with erase.gate():
        pass
    if restarted:
        path = settings.PORTAL_DATA_DIR / "clock.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"boot": "an earlier one"}))


def _purged_under(jump: timedelta, fates: Fates) -> dict[str, Any]:
    wrong = []
    with clock.shifted(jump):
        for _ in range(2):
            try:
                expiry.purge_expired(by=SYSTEM)
            except erase.GateClosed:
                continue
            wrong.append("the gate opened under a wrong clock")
    try:
        expiry.purge_expired(by=SYSTEM)
    except erase.GateClosed:
        pass
    else:
        wrong.append("the doubt went away without a person")
    if not expiry.why_halted(by=_head()):
        wrong.append("nobody is told that expiry stands still")
    if Segment.objects.filter(state__in=[SegmentState.DOOMED, SegmentState.PURGED]).exists():
        wrong.append("something was purged under a wrong clock")
    return checker.verdict(wrong, footage.harmed(fates))


def _head() -> User:
    asking.people()
    return accounts.approver()


def _trusted() -> None:
    expiry.resume_purge(by=_head())


def _exported_under(jump: timedelta, fates: Fates) -> None:
    with clock.shifted(jump):
        jobs.carried_out(fates.facts["job"], fates)


def _export_refused(fates: Fates) -> dict[str, Any]:
    """Whoever was first: at most one verified package, and none after the permit's end."""
    wrong = footage.harmed(fates)
    export = Export.objects.get(job=fates.facts["job"])
    if export.state == ExportState.VERIFIED:
        wrong += Exporting().wrong(fates)
    elif export.state != ExportState.FAILED:
        wrong.append(f"the export is {export.state}")
    return checker.verdict(wrong)
