"""The gate: what is past its term goes, what is held never does, and nothing goes in doubt."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from cctvportal.accounts.access import SYSTEM, NotAllowed
from cctvportal.audit.models import Entry
from cctvportal.common.clock import now
from recordings.enums import HoldKind, PurgeKind, PurgeState, SegmentState
from recordings.media.keystore import SegmentRef
from recordings.models import PurgeRun, RecordingPlan, Segment
from recordings.services import clockguard, erase, expiry, holds, volumes
from tests.factories import accounts
from tests.factories.recordings import PlanFactory, VolumeFactory, hold_on, stored_segment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data_dir")]
REFERENCE = "permohonan-1"


class Died(Exception):  # noqa: N818 - named for what happened
    """Stands for a process that ends at this very step."""


def _die(*_: object, **__: object) -> None:
    raise Died


@pytest.fixture
def plan(data_dir: Path) -> RecordingPlan:
    return PlanFactory()


def old(plan: RecordingPlan, minutes_ago: float, *, expired: bool = True) -> Segment:
    start = now() - timedelta(minutes=minutes_ago)
    term = start + timedelta(minutes=2) if expired else now() + timedelta(days=1)
    return stored_segment(plan.camera, plan.volume, start, expires_at=term)


def has_key(segment: Segment) -> bool:
    ref = SegmentRef(segment.camera.uuid, segment.key_day, segment.pk)
    return volumes.keystore().has(ref)


def path(segment: Segment) -> Path:
    return Path(segment.volume.path) / segment.relative_path


def test_expired_footage_goes_with_its_key_and_stays_on_record(plan: RecordingPlan) -> None:
    gone, kept = old(plan, 60), old(plan, 50, expired=False)
    run = expiry.purge_expired(by=SYSTEM)
    assert run is not None
    gone.refresh_from_db()
    assert (run.state, run.segments_purged, run.bytes_purged) == (PurgeState.DONE, 1, gone.bytes)
    assert gone.state == SegmentState.PURGED
    assert not path(gone).exists()
    assert not path(gone).with_suffix(".json").exists()
    assert not has_key(gone)
    assert path(kept).exists()
    assert has_key(kept)
    assert (run.epoch_after or 0) > (run.epoch_before or 0)
    assert Entry.objects.filter(action="footage.purged", subject_id=str(run.pk)).count() == 1


def test_the_tombstone_lies_outside_the_database(plan: RecordingPlan, data_dir: Path) -> None:
    gone = old(plan, 60)
    expiry.purge_expired(by=SYSTEM)
    (book,) = (data_dir / "tombstones").iterdir()
    assert str(gone.pk) in book.read_text()
    assert oct(book.stat().st_mode & 0o777) == "0o600"


def test_a_hold_wins_and_its_release_lets_go(plan: RecordingPlan) -> None:
    held, free = old(plan, 60), old(plan, 50)
    hold_on(held)
    expiry.purge_expired(by=SYSTEM)
    held.refresh_from_db()
    free.refresh_from_db()
    assert (held.state, free.state) == (SegmentState.READY, SegmentState.PURGED)
    holds.release(reference=REFERENCE, kind=HoldKind.REQUEST, by=SYSTEM)
    expiry.purge_expired(by=SYSTEM)
    held.refresh_from_db()
    assert held.state == SegmentState.PURGED


def test_the_database_refuses_to_doom_held_footage(plan: RecordingPlan) -> None:
    held = old(plan, 60)
    hold_on(held)
    with pytest.raises(DatabaseError, match="under a hold"), transaction.atomic():
        Segment.objects.filter(pk=held.pk).update(state=SegmentState.DOOMED)


@pytest.mark.parametrize("state", ["PURGED", "PREPARED", "OPEN"])
def test_the_database_refuses_a_shortcut(plan: RecordingPlan, state: str) -> None:
    segment = old(plan, 60)
    with pytest.raises(DatabaseError), transaction.atomic():
        Segment.objects.filter(pk=segment.pk).update(state=state, purged_at=now())


def test_the_facts_of_kept_footage_do_not_change(plan: RecordingPlan) -> None:
    segment = old(plan, 60)
    with pytest.raises(DatabaseError, match="facts"), transaction.atomic():
        Segment.objects.filter(pk=segment.pk).update(sha256="0" * 64)
    with pytest.raises(DatabaseError, match="stays on record"), transaction.atomic():
        segment.delete()


def test_nothing_goes_when_another_disk_is_mounted(plan: RecordingPlan) -> None:
    segment = old(plan, 60)
    (Path(plan.volume.path) / volumes.MARKER).unlink()
    with pytest.raises(volumes.VolumeUnavailable):
        expiry.purge_expired(by=SYSTEM)
    assert path(segment).exists()
    assert has_key(segment)
    volumes.prepare(plan.volume)
    expiry.purge_expired(by=SYSTEM)
    segment.refresh_from_db()
    assert segment.state == SegmentState.PURGED, "what was doomed is carried through later"


def test_a_disk_that_is_away_keeps_no_other_from_going(plan: RecordingPlan, data_dir: Path) -> None:
    elsewhere = VolumeFactory(path=str(data_dir / "lain"))
    volumes.prepare(elsewhere)
    stuck, doomed, other = old(plan, 60), old(plan, 50), old(PlanFactory(volume=elsewhere), 60)
    run = PurgeRun.objects.create(kind="EXPIRY", started_at=now())
    erase.doom(run, Segment.objects.filter(pk=doomed.pk), by=SYSTEM)
    (Path(plan.volume.path) / volumes.MARKER).unlink()
    with pytest.raises(volumes.VolumeUnavailable, match="tidak terpasang"):
        expiry.purge_expired(by=SYSTEM)
    states = {row.pk: row.state for row in Segment.objects.all()}
    assert states == {stuck.pk: "READY", doomed.pk: "DOOMED", other.pk: "PURGED"}
    volumes.prepare(plan.volume)
    expiry.purge_expired(by=SYSTEM)
    assert set(Segment.objects.values_list("state", flat=True)) == {"PURGED"}


@pytest.mark.parametrize("step", ["tombstones.append", "destroy_keys", "_unlink", "_note_purged"])
def test_a_crash_before_any_step_is_made_good_by_the_next_run(
    plan: RecordingPlan, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    segment = old(plan, 60)
    with monkeypatch.context() as broken:
        broken.setattr(f"recordings.services.erase.{step}", _die)
        with pytest.raises(Died):
            expiry.purge_expired(by=SYSTEM)
    segment.refresh_from_db()
    assert segment.state == SegmentState.DOOMED
    expiry.purge_expired(by=SYSTEM)
    segment.refresh_from_db()
    assert segment.state == SegmentState.PURGED
    assert not path(segment).exists()
    assert not has_key(segment)


def test_a_clock_far_ahead_purges_nothing(
    plan: RecordingPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    segment = old(plan, 60, expired=False)
    future = now() + timedelta(days=365)
    for module in (erase, clockguard):
        monkeypatch.setattr(module, "now", lambda: future)
    with pytest.raises(erase.GateClosed, match="Jam komputer"):
        expiry.purge_expired(by=SYSTEM)
    assert path(segment).exists()


def test_no_person_passes_the_gate(plan: RecordingPlan) -> None:
    old(plan, 60)
    run = PurgeRun.objects.create(kind=PurgeKind.EXPIRY, started_at=now())
    with pytest.raises(NotAllowed):
        erase.doom(run, erase.expired(), by=accounts.officer())


def test_more_than_one_slice_goes_and_each_is_told_once(
    plan: RecordingPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erase, "_BATCH", 2)
    monkeypatch.setattr(erase, "_SLICE", 3)
    rows = [old(plan, 60 - minute) for minute in range(7)]
    run = expiry.purge_expired(by=SYSTEM)
    assert run is not None
    assert run.segments_purged == len(rows)
    assert not any(has_key(row) for row in rows)
    told = Entry.objects.filter(action="footage.purged", subject_id=str(run.pk))
    assert sum(entry.facts["segments"] for entry in told) == len(rows)


def test_held_footage_in_front_keeps_nothing_behind_it(
    plan: RecordingPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erase, "_BATCH", 2)
    rows = [old(plan, 60 - minute) for minute in range(6)]
    hold_on(rows[0], rows[2])
    run = expiry.purge_expired(by=SYSTEM)
    assert run is not None
    assert run.segments_purged == 3
    assert [path(row).exists() for row in rows] == [True, True, True, False, False, False]


def test_a_folder_of_the_past_goes_with_its_last_file(plan: RecordingPlan) -> None:
    today, past = old(plan, 60), old(plan, 4 * 24 * 60)
    expiry.purge_expired(by=SYSTEM)
    assert not path(past).parent.exists()
    assert path(today).parent.exists(), "a recorder may be about to write there"
