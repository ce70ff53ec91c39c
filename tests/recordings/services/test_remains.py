"""Torn files, unused keys and files set aside end with their term, and with an erasure."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cctvportal.accounts.access import SYSTEM
from cctvportal.audit.models import Entry
from cctvportal.common.clock import ago, now
from recordings.enums import HoldKind, PurgeKind
from recordings.media.keystore import SegmentRef
from recordings.models import PurgeRun, RecordingPlan, RetentionPolicy, Segment
from recordings.recorder.stock import Stock, leftover
from recordings.recorder.wanted import of_plan
from recordings.services import erase, expiry, holds, remains, sealing, volumes
from recordings.services.reconcile import QUARANTINE, reconcile
from tests.recordings.services.written import Written

if TYPE_CHECKING:
    from pytest_django import Settings

NONE = timedelta(0)


@pytest.fixture
def torn(plan: RecordingPlan) -> Written:
    """Set aside by reconcile: its row is LOST, its key is there."""
    written = Written(plan)
    sealing.note_open(written.row.pk, started_at=written.start, by=SYSTEM)
    written.film(1, finished=False)
    os.write(written.descriptor, b"\0\0\0\x10ftypisom")
    written.let_go()
    part = Path(plan.volume.path) / (written.base + ".part")
    moment = (written.start + timedelta(minutes=1)).timestamp()
    os.utime(part, (moment, moment))
    reconcile(plan.volume, min_age=NONE, by=SYSTEM)
    written.row.refresh_from_db()
    assert written.row.state == "LOST"
    return written


def set_aside(plan: RecordingPlan) -> list[Path]:
    folder = Path(plan.volume.path) / QUARANTINE
    return sorted(folder.iterdir()) if folder.exists() else []


def has_key(written: Written) -> bool:
    ref = SegmentRef(written.plan.camera.uuid, written.row.key_day, written.row.pk)
    return volumes.keystore().has(ref)


def end_term(plan: RecordingPlan) -> None:
    RetentionPolicy.objects.filter(plans=plan).update(keep_for=timedelta(minutes=1))
    Segment.objects.filter(state="LOST").update(expires_at=ago(1))


def hold(written: Written) -> None:
    holds.place(
        camera_ids=[written.plan.camera_id],
        start=written.start,
        end=written.start + timedelta(seconds=30),
        kind=HoldKind.REQUEST,
        reference="x",
        by=SYSTEM,
    )


def test_a_torn_segment_has_its_time_and_term(torn: Written) -> None:
    row = torn.row
    assert row.started_at == torn.start
    assert row.ended_at is not None
    assert row.expires_at == row.ended_at + torn.plan.keep_for


def test_its_file_and_key_stay_until_then(torn: Written) -> None:
    assert expiry.purge_expired(by=SYSTEM) is None
    assert set_aside(torn.plan)
    assert has_key(torn)


def test_its_file_and_key_go_with_the_term(torn: Written) -> None:
    end_term(torn.plan)
    run = expiry.purge_expired(by=SYSTEM)
    assert run is not None
    assert run.state == "DONE"
    torn.row.refresh_from_db()
    assert (torn.row.state, torn.row.purge_run_id) == ("LOST", run.pk)
    assert set_aside(torn.plan) == []
    assert not has_key(torn)
    assert Entry.objects.filter(action="footage.remains_purged").count() == 1
    assert expiry.purge_expired(by=SYSTEM) is None


def test_a_hold_keeps_it(torn: Written) -> None:
    hold(torn)
    end_term(torn.plan)
    assert expiry.purge_expired(by=SYSTEM) is None
    assert has_key(torn)


@pytest.mark.parametrize("row_is_left", [True, False], ids=["torn", "set aside"])
def test_a_hold_placed_after_the_listing_keeps_it(
    torn: Written,
    row_is_left: bool,  # noqa: FBT001 - a case
) -> None:
    if not row_is_left:
        Segment.objects.filter(pk=torn.row.pk).update(purged_at=now())
    end_term(torn.plan)
    run = PurgeRun.objects.create(kind=PurgeKind.EXPIRY, started_at=now())
    with erase.gate():
        left = remains.past_term(by=SYSTEM)
        hold(torn)
        remains.clear(run, left, by=SYSTEM)
    assert left.rows if row_is_left else left.strays
    assert set_aside(torn.plan)
    assert has_key(torn)


def test_what_was_kept_after_the_listing_does_not_go(torn: Written) -> None:
    """Its file turned out to open: then the row is footage, with a term and a key of its own."""
    end_term(torn.plan)
    run = PurgeRun.objects.create(kind=PurgeKind.EXPIRY, started_at=now())
    whole = {"bytes": 1, "frames": 1, "sha256": "0" * 64, "codec": "h264"}
    with erase.gate():
        left = remains.past_term(by=SYSTEM)
        Segment.objects.filter(pk=torn.row.pk).update(state="READY", **whole)
        remains.clear(run, left, by=SYSTEM)
    assert left.rows
    assert has_key(torn)


def test_an_erasure_takes_it_along_before_its_term(torn: Written) -> None:
    run = PurgeRun.objects.create(kind=PurgeKind.EXPIRY, started_at=now())
    start = torn.start
    with erase.gate():
        left = remains.in_range(
            [torn.plan.camera_id], start, start + timedelta(seconds=5), by=SYSTEM
        )
        remains.clear(run, left, by=SYSTEM)
    assert set_aside(torn.plan) == []
    assert not has_key(torn)


@pytest.mark.parametrize("step", ["tombstones.append", "erase.destroy_keys", "remains._unlink"])
def test_killed_at_any_step_it_is_made_good_by_the_next_run(
    torn: Written, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    end_term(torn.plan)

    def die(*_: object, **__: object) -> None:
        raise InterruptedError

    with monkeypatch.context() as broken:
        broken.setattr(f"recordings.services.{step}", die)
        with pytest.raises(InterruptedError):
            expiry.purge_expired(by=SYSTEM)
    expiry.purge_expired(by=SYSTEM)
    assert set_aside(torn.plan) == []
    assert not has_key(torn)


def test_a_file_set_aside_without_a_row_goes_after_the_term_of_its_camera(torn: Written) -> None:
    row = torn.row
    Segment.objects.filter(pk=row.pk).update(purged_at=now())
    left_behind, stranger = set_aside(torn.plan)[0], Path(torn.plan.volume.path) / QUARANTINE / "x"
    stranger.touch()
    RetentionPolicy.objects.filter(plans=torn.plan).update(keep_for=timedelta(minutes=1))
    assert expiry.purge_expired(by=SYSTEM) is not None
    assert not left_behind.exists()
    assert stranger.exists(), "its term has only begun"
    assert not has_key(torn)


def test_the_key_of_a_segment_never_used_goes_with_its_row(plan: RecordingPlan) -> None:
    written = Written(plan)
    written.let_go()
    (Path(plan.volume.path) / (written.base + ".part")).unlink()
    Segment.objects.filter(pk=written.row.pk).update(prepared_at=ago(2 * 86400))
    assert reconcile(plan.volume, by=SYSTEM).removed == 1
    assert has_key(written)
    assert expiry.purge_expired(by=SYSTEM) is not None
    assert not has_key(written)
    assert not Segment.objects.filter(pk=written.row.pk).exists()


def test_a_recorder_writes_under_no_key_that_may_be_gone(
    plan: RecordingPlan, settings: Settings
) -> None:
    settings.SEGMENT_SECONDS = 300
    stock = Stock([])
    made = stock.refill(of_plan(plan, plan.volume))
    for spare in made:
        spare.noted, spare.row.prepared_at = True, ago(13 * 3600)
        spare.row.save()
    assert stock.take() is None
    assert leftover(plan.camera_id, plan.volume) == []
    assert stock.refill(of_plan(plan, plan.volume))
