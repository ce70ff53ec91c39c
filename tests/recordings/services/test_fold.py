"""Days purged long ago become one line; nothing else may go, and nothing is told twice or lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import DatabaseError, connection, transaction

from cctvportal.accounts.access import SYSTEM
from cctvportal.audit import merkle
from cctvportal.audit.models import Entry
from cctvportal.common.clock import now
from recordings.enums import HoldKind, PurgeKind, SegmentState
from recordings.models import CameraDay, CustodyRoot, PurgeRun, Segment
from recordings.services import custody, expiry, fold, holds
from tests.factories.recordings import PlanFactory, stored_segment
from tests.killing import killed_at
from tests.recordings.services.verify.looking import look, told
from tests.tampering import tamper

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import Settings

    from recordings.models import RecordingPlan
    from tests.conftest import RaceDatabase

DAY = (now() - timedelta(days=5)).replace(hour=0, minute=0, second=0, microsecond=0)


@pytest.fixture(autouse=True)
def _fold_at_once(settings: Settings) -> None:
    settings.FOLD_AFTER_DAYS = 0


def purged(plan: RecordingPlan, *minutes: int, day: datetime = DAY) -> list[Segment]:
    """Footage of these minutes of the day, sealed and gone."""
    rows = [
        stored_segment(
            plan.camera, plan.volume, day + timedelta(minutes=n), expires_at=day + timedelta(days=1)
        )
        for n in minutes
    ]
    custody.seal_hours(by=SYSTEM)
    expiry.purge_expired(by=SYSTEM)
    return rows


def test_day_becomes_one_line_with_its_sums(plan: RecordingPlan) -> None:
    rows = purged(plan, 0, 1, 90)
    run = PurgeRun.objects.get()
    roots = list(CustodyRoot.objects.order_by("hour"))
    assert fold.fold_days(by=SYSTEM) == 1
    assert not Segment.objects.exists()
    day = CameraDay.objects.get()
    assert (day.camera, day.day, day.sequence) == (plan.camera, DAY.date(), 1)
    assert (day.segments, day.bytes, day.frames) == (3, 33, 3 * 750)
    assert (day.seconds, day.first) == (180.0, rows[0].started_at)
    assert day.last == rows[2].ended_at
    assert day.sha256 == merkle.root(bytes.fromhex(root.root) for root in roots).hex()
    assert day.roots == [root.pk for root in roots]
    assert day.runs == {str(run.pk): [3, 33]}
    facts = Entry.objects.get(action="footage.folded", subject_id=str(day.pk)).facts
    assert (facts["segments"], facts["sha256"]) == (3, day.sha256)
    assert told(look()) == []
    assert look().checked["folded_days"] == 1
    assert fold.fold_days(by=SYSTEM) == 0


def test_young_purges_stay(plan: RecordingPlan, settings: Settings) -> None:
    settings.FOLD_AFTER_DAYS = 90
    purged(plan, 0)
    assert fold.fold_days(by=SYSTEM) == 0
    assert Segment.objects.count() == 1


def test_held_hour_is_folded_later_into_a_line_of_its_own(plan: RecordingPlan) -> None:
    stored_segment(plan.camera, plan.volume, DAY, expires_at=DAY + timedelta(days=1))
    holds.place(
        camera_ids=[plan.camera_id],
        start=DAY,
        end=DAY + timedelta(minutes=1),
        kind=HoldKind.REQUEST,
        reference="permohonan-1",
        by=SYSTEM,
    )
    purged(plan, 1, 70)
    assert fold.fold_days(by=SYSTEM) == 1
    assert Segment.objects.count() == 2, "the held hour stays whole"
    holds.release(reference="permohonan-1", kind=HoldKind.REQUEST, by=SYSTEM)
    expiry.purge_expired(by=SYSTEM)
    assert fold.fold_days(by=SYSTEM) == 1
    lines = CameraDay.objects.order_by("sequence").values_list("sequence", "segments")
    assert list(lines) == [(1, 1), (2, 2)]
    assert told(look()) == []


def test_what_two_persons_erased_stays_row_by_row(race_db: RaceDatabase, data_dir: Path) -> None:
    purged(PlanFactory(), 0)
    table = "recordings_purgerun"
    constraint = "ALTER TABLE recordings_purgerun DROP CONSTRAINT purge_erasure_has_its_paper"
    tamper(race_db, table, constraint)
    PurgeRun.objects.update(kind=PurgeKind.ERASURE)
    assert fold.fold_days(by=SYSTEM) == 0


def test_seal_that_no_longer_fits_its_rows_is_not_folded_away(
    race_db: RaceDatabase, data_dir: Path
) -> None:
    """What was tampered with stays to be found."""
    purged(PlanFactory(), 0)
    table = "recordings_segment"
    tamper(race_db, table, "UPDATE {table} SET frames = frames + 1")
    assert fold.fold_days(by=SYSTEM) == 0
    assert [one[0] for one in told(look())] == ["I1"]


def test_days_go_oldest_first_and_so_many_at_a_time(plan: RecordingPlan) -> None:
    for days in range(3):
        purged(plan, 0, day=DAY + timedelta(days=days))
    assert [fold.fold_days(most=2, by=SYSTEM) for _ in range(3)] == [2, 1, 0]
    assert [day.day for day in CameraDay.objects.order_by("pk")] == [
        (DAY + timedelta(days=days)).date() for days in range(3)
    ]


@pytest.mark.parametrize("step", ["fold.noted", "fold.deleted"])
def test_killed_fold_leaves_all_rows_and_is_done_again(
    plan: RecordingPlan, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    purged(plan, 0, 1)
    with killed_at(step, monkeypatch):
        fold.fold_days(by=SYSTEM)
    assert (Segment.objects.count(), CameraDay.objects.count()) == (2, 0)
    assert fold.fold_days(by=SYSTEM) == 1
    assert told(look()) == []


def delete(*ids: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        texts = [str(one) for one in ids]
        cursor.execute("DELETE FROM recordings_segment WHERE id = ANY(%s::uuid[])", [texts])


def test_purged_row_does_not_go_by_any_other_way(plan: RecordingPlan) -> None:
    first, second = purged(plan, 0, 1)
    with pytest.raises(DatabaseError, match="folded"):
        delete(first.pk)
    with pytest.raises(DatabaseError, match="folded"):
        delete(first.pk, second.pk)
    fold.fold_days(by=SYSTEM)
    (late,) = purged(plan, 2)
    with pytest.raises(DatabaseError, match="folded"):
        delete(late.pk)


def test_kept_row_does_not_go_at_all(plan: RecordingPlan) -> None:
    kept = stored_segment(plan.camera, plan.volume, DAY)
    with pytest.raises(DatabaseError, match="stays on record"):
        delete(kept.pk)
    assert kept.state == SegmentState.READY


def test_folded_day_does_not_change(plan: RecordingPlan) -> None:
    purged(plan, 0)
    fold.fold_days(by=SYSTEM)
    for change in (lambda: CameraDay.objects.update(segments=9), CameraDay.objects.all().delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_changed_sum_of_a_day_is_told(race_db: RaceDatabase, data_dir: Path) -> None:
    plan = PlanFactory()
    purged(plan, 0)
    fold.fold_days(by=SYSTEM)
    table = "recordings_cameraday"
    tamper(race_db, table, "UPDATE {table} SET sha256 = %s", "0" * 64)
    sentence = "jumlah hari yang diringkas tidak cocok dengan segel jam-jamnya"
    subject = f"kamera {plan.camera.name}, {DAY.astimezone(UTC).date()}"
    assert told(look()) == [("I1", subject, sentence)]
