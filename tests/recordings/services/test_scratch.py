"""An export takes no room that recording needs: it waits, and says so."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cctvportal.accounts.models import User
from cctvportal.jobs.models import Job, JobState
from cctvportal.jobs.registry import JobFailed, JobWaits
from recordings.enums import ExportState
from recordings.models import Export, Medium, RecordingPlan, Volume
from recordings.services import exports, scratch
from recordings.services.permits import Permit
from tests.mounts import Filler, small_disk
from tests.recordings.services.exporting import carried_out

if TYPE_CHECKING:
    from recordings.models import Segment

pytestmark = pytest.mark.django_db
MIB = 1 << 20
SIZE = 4 * MIB
OTHERS = "lain"


@pytest.fixture
def spool(data_dir: Path) -> Iterator[Path]:
    """The folder of the spools, a disk of four MiB of its own."""
    folder = data_dir / "spool"
    folder.mkdir(mode=0o700)
    with small_disk(folder, SIZE):
        yield folder


@pytest.fixture
def export(permit: Permit, medium: Medium, officer: User) -> Export:
    return exports.queue(permit=permit, medium=medium, by=officer)


def others(spool: Path) -> Path:
    """Where what is not ours takes room; loose files there are the remains of killed exports."""
    folder = spool / OTHERS
    folder.mkdir()
    return folder


def again(export: Export) -> Export:
    Job.objects.update(not_before=None)
    return carried_out(export)


def bytes_of(plan: RecordingPlan) -> int:
    rows: list[Segment] = list(plan.camera.segments.all())
    return sum(row.bytes for row in rows)


def test_an_export_without_room_waits_with_a_sentence_and_goes_on_by_itself(
    spool: Path, export: Export, plan: RecordingPlan
) -> None:
    filler = Filler(others(spool))
    filler.leave(bytes_of(plan) + SIZE // 20 - 8192)
    waiting = carried_out(export)
    assert waiting.job is not None
    assert (waiting.state, waiting.job.state) == (ExportState.WRITING, JobState.QUEUED)
    assert (waiting.job.error, waiting.job.attempts) == (scratch.NO_ROOM, 0)
    filler.go()
    assert again(export).state == ExportState.VERIFIED
    assert [path.name for path in spool.iterdir()] == [OTHERS]


def test_room_that_others_take_meanwhile_is_missed_in_time(spool: Path) -> None:
    with scratch.promised(SIZE // 2, spool) as room:
        room.check()
        Filler(spool).leave(SIZE // 40)
        with pytest.raises(JobWaits):
            room.check()


def test_a_disk_that_takes_nothing_is_a_sentence_and_no_failure(
    spool: Path, export: Export
) -> None:
    subprocess.run(["mount", "-o", "remount,nr_inodes=1", str(spool)], check=True)
    waiting = carried_out(export)
    assert waiting.job is not None
    assert (waiting.job.state, waiting.job.error) == (JobState.QUEUED, scratch.NO_ROOM)
    subprocess.run(["mount", "-o", "remount,nr_inodes=1000", str(spool)], check=True)
    assert again(export).state == ExportState.VERIFIED


def test_what_never_fits_is_left_to_a_person(spool: Path) -> None:
    with pytest.raises(JobFailed, match="lebih besar") as failed, scratch.promised(SIZE, spool):
        pytest.fail("there is the reserve too")
    assert failed.value.permanent


def test_two_that_each_fit_alone_do_not_meet_in_the_middle(spool: Path) -> None:
    with scratch.promised(SIZE // 2, spool):
        with pytest.raises(JobWaits), scratch.promised(SIZE // 2, spool):
            pytest.fail("both have begun")
        with scratch.promised(SIZE // 4, spool):
            pass
    with suppress(JobWaits), scratch.promised(SIZE // 2, spool):
        return
    pytest.fail("what ended keeps its room")


def test_the_reserve_of_footage_on_the_same_disk_is_kept_for_the_least_of_its_cameras(
    data_dir: Path, plan: RecordingPlan
) -> None:
    folder = Path(plan.volume.path).parent
    disk = scratch.DataDisk.of(folder)
    Volume.objects.update(reserve_bytes=disk.total // 2)
    with pytest.raises(JobWaits), scratch.promised(0, folder):
        pytest.fail("the footage needs it")
    Volume.objects.update(node="node-2")
    with scratch.promised(0, folder):
        pass
