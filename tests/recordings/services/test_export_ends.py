"""Nothing of an export stays, or becomes verified, once somebody took the permit back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from cctvportal.accounts.access import SYSTEM
from cctvportal.accounts.models import User
from cctvportal.common.clock import ago, now
from cctvportal.common.errors import Refused
from cctvportal.jobs.lease import JobCancelled, Lease, LeaseLost, claim
from cctvportal.jobs.models import Job, JobState
from devices.models import Camera
from recordings.enums import ExportState, HoldKind, SegmentState
from recordings.models import Export, Hold, Medium, RecordingPlan, Segment
from recordings.package.disk import MARKER
from recordings.services import exports, packing
from recordings.services.permits import Permit
from tests.factories.recordings import PlanFactory, filmed_segment
from tests.recordings.media.films import film
from tests.recordings.services.exporting import carried_out, killed_at, names, once_at, wiped

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data_dir")]
VERIFYING = ExportState.VERIFYING
Stop = Callable[[Export], None]


@pytest.fixture
def export(permit: Permit, medium: Medium, officer: User) -> Export:
    return exports.queue(permit=permit, medium=medium, by=officer)


@pytest.fixture(params=["cancelled", "revoked"])
def stop(request: pytest.FixtureRequest, officer: User) -> Stop:
    if request.param == "cancelled":
        return lambda export: exports.cancel(Export.objects.get(pk=export.pk), by=officer)
    return lambda export: exports.stop_for(reference=export.reference, by=SYSTEM)


@pytest.mark.parametrize("step", [ExportState.WRITING, ExportState.VERIFYING])
def test_stopping_at_any_step_ends_cancelled_and_leaves_the_disk_clean(
    export: Export, medium: Medium, permit: Permit, stop: Stop, step: ExportState
) -> None:
    with once_at(step, stop):
        ended = carried_out(export)
    assert ended.job is not None
    assert (ended.state, ended.job.state) == (ExportState.CANCELLED, JobState.CANCELLED)
    assert ended.wiped_at is not None
    assert (bytes(ended.passphrase_sealed), ended.facts) == (b"", {})
    assert names(medium) == {MARKER}
    assert not Hold.objects.filter(kind=HoldKind.EXPORT, released_at=None).exists()
    again = exports.queue(permit=permit, medium=medium, by=ended.exported_by)
    assert carried_out(again).state == ExportState.VERIFIED


def test_a_failed_export_whose_permit_ended_cannot_go_on_and_is_wiped(
    export: Export, medium: Medium, permit: Permit, officer: User, stop: Stop
) -> None:
    failed = killed_at(export, ExportState.VERIFYING)
    assert failed.state == ExportState.FAILED
    assert "EKSPOR-007-CCTV-XI-2026" in names(medium)
    stop(failed)
    failed.refresh_from_db()
    assert (failed.state, failed.wiped_at) == (ExportState.CANCELLED, None)
    assert bytes(failed.passphrase_sealed) == b""
    with pytest.raises(Refused, match="sudah selesai atau sudah dibatalkan"):
        exports.retry(failed, by=officer)
    with pytest.raises(Refused, match="belum terhapus"):
        exports.queue(permit=permit, medium=medium, by=officer)
    assert wiped(failed).wiped_at is not None
    assert names(medium) == {MARKER}
    again = exports.queue(permit=permit, medium=medium, by=officer)
    assert carried_out(again).state == ExportState.VERIFIED


def test_wiping_waits_for_a_disk_that_is_away(
    export: Export, medium: Medium, officer: User
) -> None:
    failed = killed_at(export, ExportState.VERIFYING)
    away = Path(medium.path).rename(Path(medium.path).with_name("cabut"))
    exports.cancel(failed, by=officer)
    waiting = wiped(failed)
    assert waiting.wiped_at is None
    assert waiting.wipe_job is not None
    assert waiting.wipe_job.state == JobState.QUEUED
    assert "Hard disk terlepas" in waiting.wipe_job.error
    away.rename(medium.path)
    assert wiped(waiting).wiped_at is not None
    assert names(medium) == {MARKER}


def test_a_disk_pulled_while_it_is_cancelled_is_wiped_later(
    export: Export, medium: Medium, officer: User
) -> None:
    away = Path(medium.path).with_name("cabut")

    def pull(_export: Export) -> None:
        exports.cancel(Export.objects.get(pk=export.pk), by=officer)
        Path(medium.path).rename(away)

    with once_at(ExportState.VERIFYING, pull):
        ended = carried_out(export)
    assert (ended.state, ended.wiped_at) == (ExportState.CANCELLED, None)
    away.rename(medium.path)
    assert wiped(ended).wiped_at is not None
    assert names(medium) == {MARKER}


def test_an_export_whose_time_ran_out_is_neither_verified_nor_continued(
    export: Export, officer: User
) -> None:
    def run_out(_export: Export) -> None:
        Export.objects.filter(pk=export.pk).update(valid_until=ago(1))

    with once_at(ExportState.VERIFYING, run_out):
        ended = carried_out(export)
    assert ended.state == ExportState.FAILED
    with pytest.raises(Refused, match="sudah berakhir"):
        exports.retry(ended, by=officer)


def test_the_cut_that_hears_of_the_wish_ends_cancelled(export: Export) -> None:
    class Late(Lease):
        """Hears of it while the film is cut, and not before."""

        @property
        def cancelled(self) -> bool:
            return True

    assert claim(str(export.job_id), "w1") is not None
    lease = Late(Job.objects.get(pk=str(export.job_id)))
    with pytest.raises(JobCancelled):
        packing.carry_out(export, lease=lease, by=SYSTEM)


def test_a_late_worker_overturns_nothing(export: Export, medium: Medium, officer: User) -> None:
    late = claim(str(export.job_id), "w0")
    assert late is not None
    Job.objects.filter(pk=str(export.job_id)).update(lease_until=ago(1))
    done = carried_out(export)
    assert done.state == ExportState.VERIFIED
    with pytest.raises(LeaseLost):
        exports.drop(export, lease=late, by=SYSTEM)
    exports.fail(export, sentence="Terlambat.", by=SYSTEM)
    packing.carry_out(export, lease=late, by=SYSTEM)
    exports.stop_for(reference=export.reference, by=SYSTEM)
    done.refresh_from_db()
    assert done.state == ExportState.VERIFIED
    assert done.folder in names(medium)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (ExportState.QUEUED, ExportState.VERIFIED),
        (ExportState.FAILED, ExportState.WRITING),
        (ExportState.CANCELLED, ExportState.QUEUED),
    ],
)
def test_the_database_refuses_what_no_export_does(
    export: Export, before: ExportState, after: ExportState
) -> None:
    row = Export.objects.filter(pk=export.pk)
    if before != ExportState.QUEUED:
        row.update(state=before)
    with pytest.raises(IntegrityError, match="does not go from"), transaction.atomic():
        row.update(state=after, verified_at=now(), bytes=1, manifest_sha256="0" * 64, read_back="x")


def test_the_database_keeps_what_was_stopped_and_what_was_verified(export: Export) -> None:
    row = Export.objects.filter(pk=export.pk)
    done = carried_out(export)
    for change in ({"state": "FAILED"}, {"manifest_sha256": "0" * 64}):
        with pytest.raises(IntegrityError), transaction.atomic():
            row.update(**change)
    row.update(stopped_at=now(), passphrase_sealed=b"")
    with pytest.raises(IntegrityError, match="only ever cancelled"), transaction.atomic():
        row.update(stopped_at=None)
    assert done.state == ExportState.VERIFIED


def test_a_lost_zip_is_written_again_by_the_next_try(export: Export, medium: Medium) -> None:
    stopped = killed_at(export, ExportState.VERIFYING)
    folder = Path(medium.path)
    (folder / "EKSPOR-007-CCTV-XI-2026").rename(folder / ".EKSPOR-007-CCTV-XI-2026.part")
    (folder / ".EKSPOR-007-CCTV-XI-2026.part" / "data" / "REK-0001.zip").unlink()
    assert stopped.facts["zips"]
    exports.retry(stopped, by=stopped.exported_by)
    assert carried_out(stopped).state == ExportState.VERIFIED


def test_an_export_without_any_whole_footage_says_so(export: Export, plan: RecordingPlan) -> None:
    Segment.objects.filter(camera=plan.camera).update(state=SegmentState.LOST)
    ended = carried_out(export)
    assert ended.job is not None
    assert ended.state == ExportState.FAILED
    assert "Tidak ada rekaman utuh" in ended.job.error


def test_cameras_keep_their_places_when_they_are_renamed(
    permit: Permit, medium: Medium, officer: User, plan: RecordingPlan
) -> None:
    other = PlanFactory(camera__name="A")
    start = permit.start
    filmed_segment(other.camera, other.volume, start, film(seconds=4))
    both = replace(permit, camera_ids=(other.camera_id, plan.camera_id))
    export = killed_at(exports.queue(permit=both, medium=medium, by=officer), VERIFYING)
    Camera.objects.filter(pk=other.camera_id).update(name="Z")
    exports.retry(export, by=officer)
    done = carried_out(export)
    places = [done.facts[f"kamera-{n}"]["berkas"][0]["nama"] for n in (1, 2)]
    assert places == ["KAMERA-1-1.mp4", "KAMERA-2-1.mp4"]
    assert done.facts["kamera-1"]["kamera"] == plan.camera.name


def test_spools_of_a_killed_worker_are_gone_after_the_next(export: Export, data_dir: Path) -> None:
    spools = data_dir / "spool"
    spools.mkdir(mode=0o700)
    (spools / "left.bin").write_bytes(b"noise")
    assert carried_out(export).state == ExportState.VERIFIED
    assert list(spools.iterdir()) == []
