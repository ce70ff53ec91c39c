"""Every file and every row is explained, whatever was killed when."""

from __future__ import annotations

import errno
import json
import os
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command

from cctvportal.accounts.access import SYSTEM
from cctvportal.common.clock import ago
from recordings.media import placing, reader
from recordings.media.keystore import SegmentRef
from recordings.models import Segment, Volume
from recordings.services import salvage, sealing, volumes
from recordings.services.reconcile import QUARANTINE, Findings, reconcile
from recordings.services.volumes import MARKER, VolumeUnavailable
from tests.recordings.services.written import Written

if TYPE_CHECKING:
    from recordings.models import RecordingPlan

NONE = timedelta(0)


def run(plan: RecordingPlan, min_age: timedelta = NONE) -> Findings:
    return reconcile(plan.volume, min_age=min_age, by=SYSTEM)


def file(written: Written, suffix: str) -> Path:
    return Path(written.plan.volume.path) / (written.base + suffix)


def age(path: Path, seconds: float) -> None:
    moment = ago(seconds).timestamp()
    os.utime(path, (moment, moment))


def assert_plays(written: Written) -> None:
    row = Segment.objects.get(pk=written.row.pk)
    assert row.state == "READY"
    path = file(written, ".mp4")
    reader.verify(path, row.sha256)
    assert sum(1 for _ in reader.frames(path, written.key)) == row.frames


def test_sealed_file_without_a_row_is_adopted(plan: RecordingPlan) -> None:
    written = Written(plan)
    written.sealed()
    Segment.objects.filter(pk=written.row.pk).delete()
    assert run(plan).adopted == 1
    assert_plays(written)
    assert run(plan).counts() | {"files": 0, "rows": 0} == Findings().counts()


def test_torn_file_is_kept_up_to_its_last_whole_group(plan: RecordingPlan) -> None:
    written = Written(plan)
    sealing.note_open(written.row.pk, started_at=written.start, by=SYSTEM)
    written.film(4, finished=False)
    written.let_go()
    found = run(plan)
    assert (found.salvaged, found.unexplained) == (1, [])
    assert_plays(written)
    row = Segment.objects.get(pk=written.row.pk)
    assert row.started_at == written.start
    assert row.frames == 30


def test_torn_file_without_a_row_gets_its_time_from_its_last_write(plan: RecordingPlan) -> None:
    written = Written(plan)
    written.film(4, finished=False)
    written.let_go()
    Segment.objects.filter(pk=written.row.pk).delete()
    age(file(written, ".part"), 100)
    assert run(plan).salvaged == 1
    row = Segment.objects.get(pk=written.row.pk)
    assert row.ended_at is not None
    assert abs((row.ended_at - ago(100)).total_seconds()) < 1


@pytest.mark.parametrize("step", ["sidecar", "link"])
def test_seal_killed_half_way_is_finished(plan: RecordingPlan, step: str) -> None:
    written = Written(plan)
    facts = written.film()
    assert facts is not None
    placing.write_facts(written.root, written.facts(facts))
    if step == "link":
        file(written, ".mp4").hardlink_to(file(written, ".part"))
    written.let_go()
    assert run(plan).salvaged == 1
    assert_plays(written)
    assert not file(written, ".part").exists()


def test_file_at_work_is_left_alone(plan: RecordingPlan) -> None:
    written = Written(plan)
    written.film(4, finished=False)
    found = run(plan)
    assert (found.at_work, found.unexplained) == (1, [])
    assert file(written, ".part").exists()
    written.let_go()


def test_first_group_never_written_is_set_aside_and_the_row_is_lost(plan: RecordingPlan) -> None:
    written = Written(plan)
    written.film(1, finished=False)
    os.write(written.descriptor, b"\0\0\0\x10ftypisom")
    written.let_go()
    found = run(plan)
    assert (found.torn, found.unexplained) == (1, [])
    assert Segment.objects.get(pk=written.row.pk).state == "LOST"
    assert len(list((Path(plan.volume.path) / QUARANTINE).iterdir())) == 1


def test_unused_file_goes_and_its_row_stays_prepared(plan: RecordingPlan) -> None:
    written = Written(plan)
    written.let_go()
    age(file(written, ".part"), 120)
    assert run(plan).removed == 1
    assert Segment.objects.get(pk=written.row.pk).state == "PREPARED"


def test_stranger_is_set_aside_at_the_second_sighting(plan: RecordingPlan) -> None:
    stranger = Path(plan.volume.path) / "catatan.txt"
    stranger.write_text("milik siapa?")
    assert run(plan, timedelta(minutes=15)).young == 1
    age(stranger, 3600)
    first = run(plan)
    assert first.unexplained == ["catatan.txt"]
    assert stranger.exists()
    assert run(plan).quarantined == 1
    assert not stranger.exists()
    assert run(plan).unexplained == []


def test_footage_whose_key_is_gone_is_not_brought_back(plan: RecordingPlan) -> None:
    written = Written(plan)
    facts = written.sealed()
    Segment.objects.filter(pk=written.row.pk).delete()
    volumes.keystore().destroy([SegmentRef(facts.camera, facts.key_day, facts.segment)])
    assert run(plan).adopted == 0
    assert not Segment.objects.filter(pk=written.row.pk).exists()


@pytest.mark.parametrize("change", ["gone", "longer"])
def test_kept_row_without_its_very_file_is_told(plan: RecordingPlan, change: str) -> None:
    written = Written(plan)
    sealing.adopt(written.sealed(), by=SYSTEM)
    path = file(written, ".mp4")
    if change == "gone":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes() + b"x")
    (told,) = run(plan).unexplained
    assert str(written.row.pk) in told


def test_open_row_whose_file_never_came_is_lost(plan: RecordingPlan) -> None:
    written = Written(plan)
    sealing.note_open(written.row.pk, started_at=written.start, by=SYSTEM)
    written.let_go()
    file(written, ".part").unlink()
    assert run(plan, timedelta(hours=1)).lost == 0
    assert run(plan).lost == 1


def test_volume_without_marker_is_not_touched(plan: RecordingPlan) -> None:
    written = Written(plan)
    sealing.adopt(written.sealed(), by=SYSTEM)
    (Path(plan.volume.path) / MARKER).unlink()
    with pytest.raises(VolumeUnavailable):
        run(plan)
    assert Segment.objects.get(pk=written.row.pk).state == "READY"


def test_command_tells_counts_and_fails_for_the_unexplained(plan: RecordingPlan) -> None:
    out, errors = StringIO(), StringIO()
    call_command("reconcile", stdout=out)
    assert json.loads(out.getvalue())["unexplained"] == 0
    stranger = Path(Volume.objects.get().path) / "x"
    stranger.touch()
    age(stranger, 3600)
    with pytest.raises(SystemExit):
        call_command("reconcile", stdout=out, stderr=errors)
    assert errors.getvalue() == "x\n"


@pytest.fixture
def sick_and_sound(plan: RecordingPlan, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two torn files; the disk refuses the first that is asked for, once."""
    for seconds in (900, 300):
        written = Written(plan, ago(seconds))
        written.film(4, finished=False)
        written.let_go()
    trim = placing.trim

    def fail_once(_descriptor: int) -> None:
        monkeypatch.setattr(placing, "trim", trim)
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(placing, "trim", fail_once)


@pytest.mark.usefixtures("sick_and_sound")
def test_a_file_that_the_disk_does_not_give_keeps_no_other_from_being_salvaged(
    plan: RecordingPlan,
) -> None:
    assert salvage.unfinished(plan.volume, by=SYSTEM) == 1
    assert salvage.unfinished(plan.volume, by=SYSTEM) == 1


@pytest.mark.usefixtures("sick_and_sound")
def test_reconcile_tells_a_sick_file_and_looks_at_the_others(plan: RecordingPlan) -> None:
    found = run(plan)
    assert found.salvaged == 1
    assert "Input/output error" in found.unexplained[0]
