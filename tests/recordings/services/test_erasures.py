"""The source of an assessment goes by two persons, after its time, and only what is free."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from pytest_django import Settings

from cctvportal.accounts.access import SYSTEM, NotAllowed
from cctvportal.accounts.models import User
from cctvportal.audit.models import Entry
from cctvportal.common.clock import now
from cctvportal.common.errors import Conflict, Refused
from cctvportal.jobs.models import Job, JobState
from cctvportal.jobs.services import run
from recordings.enums import ErasureState, ExportState, HoldKind, MediumKind, Purpose, SegmentState
from recordings.media.keystore import SegmentRef
from recordings.media.sidecar import Sidecar
from recordings.models import (
    Erasure,
    Export,
    ExportCamera,
    Hold,
    Medium,
    PurgeRun,
    RecordingPlan,
    Segment,
)
from recordings.selectors import coverage
from recordings.services import erasures, expiry, holds, sealing, volumes
from tests.factories import accounts
from tests.factories.recordings import PlanFactory, stored_segment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data_dir")]


@pytest.fixture(autouse=True)
def _at_once(settings: Settings) -> None:
    settings.ERASURE_WAIT_SECONDS = 0


@pytest.fixture
def officer() -> User:
    return accounts.officer()


@pytest.fixture
def plan(data_dir: Path) -> RecordingPlan:
    return PlanFactory()


@pytest.fixture
def segments(plan: RecordingPlan) -> list[Segment]:
    start = now() - timedelta(hours=1)
    return [
        stored_segment(plan.camera, plan.volume, start + timedelta(minutes=n)) for n in range(4)
    ]


@pytest.fixture
def export(segments: list[Segment], officer: User) -> Export:
    """Verified, over the second half of the first minute to the first half of the third."""
    start = segments[0].started_at
    assert start is not None
    row = Export.objects.create(
        reference=str(uuid4()),
        number="001/CCTV/XI/2026",
        purpose=Purpose.ASSESSMENT,
        starts_at=start + timedelta(seconds=30),
        ends_at=start + timedelta(seconds=150),
        valid_until=now() + timedelta(hours=1),
        medium=Medium.objects.create(
            kind=MediumKind.FOLDER, label="H", path="/x", owner="K", registered_by=officer
        ),
        state=ExportState.VERIFIED,
        exported_by=officer,
        bytes=1,
        manifest_sha256="0" * 64,
        read_back="direct",
        verified_at=now(),
    )
    ExportCamera.objects.create(export=row, camera=segments[0].camera)
    place(row.reference, segments, HoldKind.REQUEST)
    return row


def place(reference: str, segments: list[Segment], kind: HoldKind) -> None:
    first, last = segments[0].started_at, segments[-1].ended_at
    assert first is not None
    assert last is not None
    holds.place(
        camera_ids=[segments[0].camera_id],
        start=first,
        end=last,
        kind=kind,
        reference=reference,
        by=SYSTEM,
    )


def erased(export: Export, officer: User) -> Erasure:
    erasure = erasures.request_erasure(export, by=officer)
    erasure = erasures.confirm_erasure(erasure, by=accounts.approver())
    run(str(erasure.job_id), "w1")
    return Erasure.objects.select_related("job").get(pk=erasure.pk)


def states(segments: list[Segment]) -> list[str]:
    return [Segment.objects.get(pk=one.pk).state for one in segments]


def test_whole_segments_that_touch_the_range_go_and_the_paper_can_say_so(
    export: Export, segments: list[Segment], officer: User
) -> None:
    erasure = erased(export, officer)
    assert erasure.state == ErasureState.DONE
    assert states(segments) == ["PURGED", "PURGED", "PURGED", "READY"]
    purge = PurgeRun.objects.get(erasure=erasure)
    assert (purge.segments_purged, purge.held_back) == (3, 0)
    assert not Hold.objects.filter(reference=export.reference, released_at=None).exists()
    assert Entry.objects.filter(action="erasure.done", subject_id=str(erasure.pk)).exists()


def test_what_another_holds_waits_for_its_release(
    export: Export, segments: list[Segment], officer: User
) -> None:
    place("permohonan lain", segments[2:], HoldKind.REQUEST)
    erasure = erased(export, officer)
    assert states(segments) == ["PURGED", "PURGED", "READY", "READY"]
    assert erasure.state == ErasureState.RUNNING
    assert erasure.job is not None
    assert (erasure.job.state, erasure.job.attempts) == (JobState.QUEUED, 0)
    assert "menunggu penahanan" in erasure.job.error
    holds.release(reference="permohonan lain", kind=HoldKind.REQUEST, by=SYSTEM)
    erasure.job.not_before = None
    erasure.job.save()
    run(str(erasure.job_id), "w2")
    erasure.refresh_from_db()
    assert erasure.state == ErasureState.DONE
    assert states(segments)[2] == SegmentState.PURGED


def test_it_is_not_done_while_the_disk_of_its_source_is_away(
    export: Export, segments: list[Segment], officer: User
) -> None:
    marker = Path(segments[0].volume.path) / volumes.MARKER
    marker.rename(marker.with_suffix(".away"))
    erasure = erased(export, officer)
    assert states(segments) == ["DOOMED", "DOOMED", "DOOMED", "READY"], "nobody sees it any more"
    assert erasure.state == ErasureState.RUNNING
    assert erasure.job is not None
    assert "tidak terpasang" in erasure.job.error
    marker.with_suffix(".away").rename(marker)
    Job.objects.update(not_before=None)
    run(str(erasure.job_id), "w2")
    erasure.refresh_from_db()
    assert erasure.state == ErasureState.DONE
    assert states(segments)[:3] == ["PURGED", "PURGED", "PURGED"]


def torn(segments: list[Segment]) -> Segment:
    """A segment of the range that could not be kept: no footage, but a key and a file."""
    first = segments[1]
    assert first.started_at is not None
    row = stored_segment(first.camera, first.volume, first.started_at, state="LOST", seconds=30)
    Segment.objects.filter(pk=row.pk).update(sha256="", frames=0)
    return row


def test_what_could_not_be_kept_of_the_range_goes_too(
    export: Export, segments: list[Segment], officer: User
) -> None:
    lost = torn(segments)
    erasure = erased(export, officer)
    assert erasure.state == ErasureState.DONE
    lost.refresh_from_db()
    assert lost.purged_at is not None
    assert not (Path(lost.volume.path) / lost.relative_path).exists()
    ref = SegmentRef(lost.camera.uuid, lost.key_day, lost.pk)
    assert not volumes.keystore().has(ref)
    assert PurgeRun.objects.get(erasure=erasure).segments_purged == 3


def test_what_could_not_be_kept_waits_for_a_hold_as_well(
    export: Export, segments: list[Segment], officer: User
) -> None:
    lost = torn(segments)
    assert lost.started_at is not None
    place("permohonan lain", [lost], HoldKind.REQUEST)
    assert erased(export, officer).state == ErasureState.RUNNING
    lost.refresh_from_db()
    assert lost.purged_at is None


def test_it_waits_for_a_file_whose_row_lags_behind(
    export: Export, segments: list[Segment], officer: User
) -> None:
    first = segments[0]
    row = Segment.objects.create(
        camera=first.camera,
        volume=first.volume,
        state="PREPARED",
        fence=1,
        key_day=first.key_day,
        prepared_at=first.prepared_at,
    )
    part = Path(row.volume.path) / row.relative_path.replace(".mp4", ".part")
    part.write_bytes(b"x")
    assert erased(export, officer).state == ErasureState.CONFIRMED
    part.unlink()
    erasure = Erasure.objects.get()
    Job.objects.update(not_before=None)
    run(str(erasure.job_id), "w2")
    erasure.refresh_from_db()
    assert erasure.state == ErasureState.DONE


def test_footage_that_comes_back_into_an_erased_range_is_seen_by_nobody_and_goes(
    export: Export, segments: list[Segment], officer: User
) -> None:
    erased(export, officer)
    gone = Segment.objects.get(pk=segments[1].pk)
    assert gone.started_at is not None
    back = Sidecar(
        segment=uuid4(),
        camera=gone.camera.uuid,
        volume=gone.volume_id,
        key_day=gone.key_day,
        fence=1,
        prepared_at=gone.prepared_at,
        started_at=gone.started_at,
        duration_s=30.0,
        frames=375,
        size=1,
        sha256="0" * 64,
        codec="h264",
        width=640,
        height=360,
        clock_error_s=None,
        salvaged=False,
    )
    volumes.keystore().put(back.camera, back.key_day, {back.segment: bytes(16)})
    assert sealing.adopt(back, by=SYSTEM) == "OVERLAP"
    (found,) = coverage([gone.camera_id], gone.started_at, gone.started_at + timedelta(seconds=60))
    assert found.is_empty
    assert Entry.objects.filter(action="segment.erased_again").count() == 1
    expiry.purge_expired(by=SYSTEM)
    assert Segment.objects.get(pk=back.segment).state == SegmentState.PURGED


def test_nothing_goes_before_its_waiting_time(
    export: Export, segments: list[Segment], officer: User, settings: Settings
) -> None:
    settings.ERASURE_WAIT_SECONDS = 3600
    erasure = erased(export, officer)
    assert erasure.state == ErasureState.CONFIRMED
    assert states(segments) == ["READY"] * 4
    erasures.cancel_erasure(erasure, reason="Belum waktunya", by=accounts.approver())
    erasure.job.not_before = None  # type: ignore[union-attr] # made when confirmed
    erasure.job.save()  # type: ignore[union-attr] # as above
    run(str(erasure.job_id), "w1")
    assert states(segments) == ["READY"] * 4


def test_one_person_alone_erases_nothing(export: Export, officer: User) -> None:
    erasure = erasures.request_erasure(export, by=officer)
    with pytest.raises(NotAllowed):
        erasures.confirm_erasure(erasure, by=officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        Erasure.objects.filter(pk=erasure.pk).update(confirmed_by=officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        Erasure.objects.filter(pk=erasure.pk).update(state=ErasureState.DONE)


def test_asking_or_confirming_twice_tells_who_was_first(export: Export, officer: User) -> None:
    erasure = erasures.request_erasure(export, by=officer)
    with pytest.raises(Conflict):
        erasures.request_erasure(export, by=accounts.officer())
    erasures.confirm_erasure(erasure, by=accounts.approver())
    with pytest.raises(Conflict):
        erasures.confirm_erasure(erasure, by=accounts.approver())


@pytest.mark.parametrize("change", [{"purpose": "SECURITY"}, {"state": "WRITING"}])
def test_only_a_verified_assessment_has_a_source_to_erase(
    export: Export, officer: User, change: dict[str, str]
) -> None:
    for name, value in change.items():
        setattr(export, name, value)
    with pytest.raises(Refused):
        erasures.request_erasure(export, by=officer)


def test_a_cancelled_one_stays_on_record_and_may_be_asked_for_again(
    export: Export, segments: list[Segment], officer: User
) -> None:
    first, head = erasures.request_erasure(export, by=officer), accounts.approver()
    with pytest.raises(Refused):
        erasures.cancel_erasure(first, reason=" ", by=head)
    first = erasures.cancel_erasure(first, reason="Masih diperiksa", by=head)
    assert (first.cancelled_by, first.cancel_reason) == (head, "Masih diperiksa")
    with pytest.raises(Conflict):
        erasures.confirm_erasure(first, by=head)
    assert erased(export, officer).state == ErasureState.DONE
    assert states(segments) == ["PURGED", "PURGED", "PURGED", "READY"]
    assert Erasure.objects.filter(export=export).count() == 2
    with pytest.raises(Conflict):
        erasures.request_erasure(export, by=officer)


def test_the_database_keeps_one_live_erasure_and_the_reason_of_a_cancelled_one(
    export: Export, officer: User
) -> None:
    erasure = erasures.request_erasure(export, by=officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        Erasure.objects.create(export=export, requested_by=officer, requested_at=now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Erasure.objects.filter(pk=erasure.pk).update(state=ErasureState.CANCELLED)
