"""Shows-when-done 4: what was erased stays shut, whatever copy of database and files comes back."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connections
from psycopg2 import sql
from pytest_django import Settings

from cctvportal.common.clock import now
from cctvportal.embedded.binaries import postgres_bin
from cctvportal.jobs.services import run
from recordings.enums import ErasureState, MediumKind, Purpose, SegmentState
from recordings.media import reader
from recordings.media.errors import KeyMissing
from recordings.models import Export, Medium, RecordingPlan, Segment
from recordings.services import disks, erasures, exports, volumes
from recordings.services.permits import Permit
from tests import databases
from tests.conftest import RaceDatabase
from tests.factories import accounts
from tests.factories.recordings import PlanFactory, filmed_segment
from tests.recordings.media.films import film

pytestmark = pytest.mark.race


def part_of_a_day(plan: RecordingPlan) -> tuple[list[Segment], list[Segment]]:
    """Two minutes that will be erased, and two of the same camera and day that stay."""
    start = now() - timedelta(minutes=30)
    shots = [
        filmed_segment(plan.camera, plan.volume, start + timedelta(seconds=4 * n), film(seconds=4))
        for n in range(4)
    ]
    return shots[:2], shots[2:]


def erase_source(plan: RecordingPlan, gone: list[Segment], disk: Path) -> None:
    """By the whole way: exported, verified, asked for by one person, confirmed by another."""
    officer, approver = accounts.officer(), accounts.approver()
    disk.mkdir()
    row = Medium(kind=MediumKind.FOLDER, label="HDD-01", path=str(disk), owner="Kantor")
    medium = disks.register(row, by=officer)
    assert gone[0].started_at is not None
    assert gone[-1].ended_at is not None
    permit = Permit(
        reference=str(uuid4()),
        number="001/CCTV/XI/2026",
        purpose=Purpose.ASSESSMENT,
        camera_ids=(plan.camera_id,),
        start=gone[0].started_at,
        end=gone[-1].ended_at - timedelta(milliseconds=50),
        valid_until=now() + timedelta(hours=1),
    )
    export = exports.queue(permit=permit, medium=medium, by=officer)
    run(str(export.job_id), "w1")
    export = Export.objects.get(pk=export.pk)
    erasure = erasures.request_erasure(export, by=officer)
    erasure = erasures.confirm_erasure(erasure, by=approver)
    run(str(erasure.job_id), "w1")
    erasure.refresh_from_db()
    assert erasure.state == ErasureState.DONE, erasure.job and erasure.job.error


@contextmanager
def restored(dump: Path) -> Iterator[None]:
    """Yesterday's database in place of today's."""
    name = "race_restored"
    named = sql.Identifier(name)
    databases.run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(named))
    databases.run(sql.SQL("CREATE DATABASE {}").format(named))
    program = postgres_bin(None) / "pg_restore"
    subprocess.run([program, "-d", databases.admin_url(name), dump], check=True)
    before = connections.settings["default"]["NAME"]
    connections.close_all()
    connections.settings["default"]["NAME"] = name
    try:
        yield
    finally:
        connections.close_all()
        connections.settings["default"]["NAME"] = before
        databases.run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(named))


def opened_frames(segment: Segment) -> int:
    """As the portal opens it: by its row, the keystore as it is now, and its file."""
    row = Segment.objects.select_related("camera", "volume").get(pk=segment.pk)
    path = Path(row.volume.path) / row.relative_path
    key = volumes.keystore().get(row.camera.uuid, row.key_day, row.pk)
    reader.verify(path, row.sha256)
    return sum(1 for _ in reader.frames(path, key, expected=row.frames))


def test_old_copies_of_database_and_files_no_longer_open_the_erased_part_and_the_rest_opens(
    race_db: RaceDatabase,
    data_dir: Path,
    tmp_path: Path,
    settings: Settings,
) -> None:
    settings.ERASURE_WAIT_SECONDS = 0
    plan = PlanFactory()
    gone, stays = part_of_a_day(plan)
    old_keys = tmp_path / "old-keystore"
    shutil.copytree(plan.volume.path, tmp_path / "old-footage")
    shutil.copytree(data_dir / "keystore", old_keys)
    dump = tmp_path / "old.dump"
    program = postgres_bin(None) / "pg_dump"
    subprocess.run([program, "-Fc", "-f", dump, databases.admin_url(race_db.name)], check=True)

    erase_source(plan, gone, tmp_path / "disk")

    shutil.copytree(tmp_path / "old-footage", plan.volume.path, dirs_exist_ok=True)
    with restored(dump):
        for segment in gone:
            assert Segment.objects.get(pk=segment.pk).state == SegmentState.READY
            with pytest.raises(KeyMissing):
                opened_frames(segment)
        assert [opened_frames(segment) for segment in stays] == [one.frames for one in stays]
    # Old sealed files under today's epoch key open nothing either: their epoch key is gone.
    for sealed in old_keys.rglob("*"):
        target = data_dir / "keystore" / sealed.relative_to(old_keys)
        if sealed.is_file() and sealed.name != "lock" and "epoch" not in sealed.name:
            shutil.copy(sealed, target)
    with pytest.raises(KeyMissing):
        opened_frames(gone[0])
