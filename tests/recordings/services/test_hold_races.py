"""A hold, or an export's pin, against the purge: what was won is never lost.

`RACES` says how many rounds of each kind (60 in CI, 10,000 in the long form) and `RACE_SEED` with
which seed. Each round has several segments of one camera, and two threads with connections of their
own that meet at a barrier: one holds all of them in one transaction, the other dooms them together,
in pairs or one by one. The start of either is moved after each round, so that both win sometimes,
whole or in part.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.db import connections

from cctvportal.accounts.access import SYSTEM
from cctvportal.common.clock import now
from cctvportal.common.errors import Refused
from recordings.enums import HoldKind, MediumKind, PurgeKind, Purpose, SegmentState
from recordings.models import Medium, PurgeRun, RecordingPlan, Segment
from recordings.services import disks, erase, exports, holds
from recordings.services.permits import Permit
from tests.factories.accounts import officer
from tests.factories.recordings import PlanFactory

pytestmark = [pytest.mark.race, pytest.mark.usefixtures("race_db", "data_dir")]
RACES = int(os.environ.get("RACES", "60"))
SEED = int(os.environ.get("RACE_SEED", "7"))
PIECES, PIECE = 5, timedelta(seconds=20)
SPREAD, STEP = 0.004, 0.004


@dataclass(slots=True)
class Round:
    """The segments of one round, on a time of their own."""

    plan: RecordingPlan
    start: datetime
    segments: list[UUID]

    @property
    def end(self) -> datetime:
        return self.start + PIECES * PIECE

    def kept(self) -> set[UUID]:
        found = Segment.objects.filter(pk__in=self.segments, state=SegmentState.READY)
        return set(found.values_list("pk", flat=True))


@dataclass(slots=True)
class Score:
    """Rounds by who won them, and segments: kept by the hold, doomed before it, lost under it."""

    rounds: Counter[str] = field(default_factory=Counter)
    segments: Counter[str] = field(default_factory=Counter)

    def note(self, won: set[UUID], left: set[UUID]) -> None:
        """`won`: what the holder saw kept when its transaction was through."""
        self.rounds["hold" if len(won) == PIECES else "both" if won else "purge"] += 1
        self.segments.update(kept=len(won & left), doomed=PIECES - len(won), lost=len(won - left))


def lay(plan: RecordingPlan, number: int) -> Round:
    """Rows alone: the race is about them. Their terms run, so that an export may begin."""
    moment = now()
    start = moment - timedelta(days=60) + number * (PIECES + 1) * PIECE
    rows = [
        Segment(
            camera=plan.camera,
            volume=plan.volume,
            state=SegmentState.READY,
            fence=1,
            key_day=start.date(),
            prepared_at=start,
            started_at=start + piece * PIECE,
            ended_at=start + (piece + 1) * PIECE,
            expires_at=moment + timedelta(hours=1),
            bytes=1,
            frames=1,
            sha256="0" * 64,
            codec="h264",
        )
        for piece in range(PIECES)
    ]
    Segment.objects.bulk_create(rows)
    return Round(plan, start, [row.pk for row in rows])


def purge(run: PurgeRun, segments: list[UUID], at_once: int = PIECES) -> None:
    for first in range(0, PIECES, at_once):
        some = segments[first : first + at_once]
        erase.doom(run, Segment.objects.filter(pk__in=some), by=SYSTEM)


@contextmanager
def two_threads() -> Iterator[Callable[[Callable[[], None], Callable[[], None]], None]]:
    """Runs two functions at once, again and again, each in a thread with its own connection."""
    with ThreadPoolExecutor(2) as pool:
        barrier = threading.Barrier(2)

        def one(act: Callable[[], None]) -> None:
            barrier.wait(30)
            act()

        def meet(left: Callable[[], None], right: Callable[[], None]) -> None:
            for running in [pool.submit(one, left), pool.submit(one, right)]:
                running.result(60)

        yield meet
        # The threads end with the pool, and their connections must not outlive them.
        for closing in [pool.submit(one, connections.close_all) for _ in "12"]:
            closing.result(60)


def race(hold: Callable[[Round], None]) -> Score:
    chance, score = random.Random(SEED), Score()
    plans = [PlanFactory() for _ in range(4)]
    run = PurgeRun.objects.create(kind=PurgeKind.EXPIRY, started_at=now())
    ahead = 0.0
    with two_threads() as meet:
        for number in range(RACES):
            here, won = lay(plans[number % 4], number // 4), set[UUID]()
            order, at_once = chance.sample(here.segments, PIECES), chance.choice([1, 2, PIECES])
            lead = ahead + chance.uniform(-SPREAD, SPREAD)

            def holding(here: Round = here, won: set[UUID] = won, lead: float = lead) -> None:
                time.sleep(max(0.0, -lead))
                hold(here)
                won.update(here.kept())

            def purging(
                order: list[UUID] = order, lead: float = lead, at_once: int = at_once
            ) -> None:
                time.sleep(max(0.0, lead))
                purge(run, order, at_once)

            meet(holding, purging)
            purge(run, order)
            score.note(won, here.kept())
            ahead += STEP * (1 - 2 * len(won) / PIECES)
    return score


def told(name: str, score: Score, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(  # noqa: T201 - the figures are what the reader of the log wants to see
            f"\n{name}: seed {SEED}, {RACES} races of {PIECES} segments, "
            f"won {dict(score.rounds)}, segments {dict(score.segments)}"
        )


def by_reference(here: Round) -> None:
    holds.place(
        camera_ids=[here.plan.camera_id],
        start=here.start,
        end=here.end,
        kind=HoldKind.REQUEST,
        reference=str(uuid4()),
        by=SYSTEM,
    )


def test_nothing_that_a_hold_has_won_is_doomed(capsys: pytest.CaptureFixture[str]) -> None:
    score = race(by_reference)
    told("hold against purge", score, capsys)
    assert score.segments["lost"] == 0
    assert min(score.segments["kept"], score.segments["doomed"]) > 0, score


def test_nothing_that_an_export_has_pinned_is_doomed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clerk = officer()
    (tmp_path / "disk").mkdir()
    row = Medium(kind=MediumKind.FOLDER, label="HDD-01", path=str(tmp_path / "disk"), owner="K")
    medium = disks.register(row, by=clerk)

    def by_export(here: Round) -> None:
        permit = Permit(
            reference=str(uuid4()),
            number=f"{here.segments[0]}",
            purpose=Purpose.SECURITY,
            camera_ids=(here.plan.camera_id,),
            start=here.start,
            end=here.end,
            valid_until=now() + timedelta(hours=1),
        )
        try:
            exports.queue(permit=permit, medium=medium, by=clerk)
        except Refused as refusal:
            assert "Tidak ada rekaman" in refusal.message  # noqa: PT017 - the purge took all

    score = race(by_export)
    told("export against purge", score, capsys)
    assert score.segments["lost"] == 0
    assert min(score.segments["kept"], score.segments["doomed"]) > 0, score
