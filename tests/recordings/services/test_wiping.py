"""A copy on a disk that does not come back: wiped when it does, or said to be lost for good."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from cctvportal.accounts.access import NotAllowed
from cctvportal.accounts.models import User
from cctvportal.audit.models import Entry
from cctvportal.common.errors import Conflict, Refused
from cctvportal.jobs.models import JobState
from cctvportal.jobs.services import run
from devices.models import Incident
from recordings.enums import ExportState
from recordings.models import Export, LostCopy, Medium
from recordings.services import exports, wiping
from recordings.services.permits import Permit
from tests.factories import accounts
from tests.recordings.services.exporting import killed_at, names

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data_dir")]
LOST = "Jatuh di jalan pada 24 November, terakhir dipegang petugas"


@pytest.fixture
def left(permit: Permit, medium: Medium, officer: User) -> Export:
    """Cancelled, and its copy still on the disk that was pulled out."""
    export = killed_at(
        exports.queue(permit=permit, medium=medium, by=officer), ExportState.VERIFYING
    )
    shutil.move(medium.path, f"{medium.path}-away")
    exports.cancel(export, by=officer)
    return tried(export)


def tried(export: Export) -> Export:
    export.refresh_from_db()
    assert export.wipe_job is not None
    export.wipe_job.not_before = None
    export.wipe_job.save(update_fields=["not_before"])
    run(str(export.wipe_job.pk), "w1")
    return Export.objects.select_related("wipe_job", "medium").get(pk=export.pk)


def back(medium: Medium) -> None:
    shutil.move(f"{medium.path}-away", medium.path)


def test_a_disk_that_came_back_is_wiped_at_once(
    left: Export, medium: Medium, officer: User
) -> None:
    assert left.wipe_job is not None
    assert (left.wipe_job.state, left.wiped_at) == (JobState.QUEUED, None)
    back(medium)
    wiping.try_now(left, by=officer)
    left.wipe_job.refresh_from_db()
    assert left.wipe_job.not_before is None
    run(str(left.wipe_job.pk), "w1")
    left.refresh_from_db()
    assert left.wiped_at is not None
    assert not any(name.startswith("EKSPOR") for name in names(medium))
    with pytest.raises(Conflict, match="Tidak ada lagi"):
        wiping.try_now(left, by=officer)


def test_a_lost_disk_is_said_once_and_stands_in_the_books(left: Export, officer: User) -> None:
    with pytest.raises(Refused) as refusal:
        wiping.give_up(left, statement="hilang", by=officer)
    assert refusal.value.field == "statement"
    lost = wiping.give_up(left, statement=LOST, by=officer)
    incident = Incident.objects.get()
    assert lost.incident == incident
    assert left.number in incident.description
    assert LOST in incident.description
    assert Medium.objects.get().retired_at is not None
    left = Export.objects.select_related("wipe_job").get(pk=left.pk)
    assert left.wipe_job is not None
    assert (left.wiped_at, left.wipe_job.state) == (None, JobState.CANCELLED)
    entry = Entry.objects.get(action="export.copy_lost")
    assert LOST not in str(entry.facts)
    with pytest.raises(Conflict, match="sudah dinyatakan hilang"):
        wiping.give_up(left, statement=LOST, by=officer)


def test_a_lost_disk_that_turns_up_is_wiped_all_the_same(
    left: Export, medium: Medium, officer: User
) -> None:
    wiping.give_up(left, statement=LOST, by=officer)
    back(medium)
    wiping.try_now(left, by=officer)
    left = tried(left)
    assert left.wiped_at is not None
    assert LostCopy.objects.get().export_id == left.pk


def test_a_worker_that_tries_meanwhile_stops_asking(left: Export, officer: User) -> None:
    assert left.wipe_job is not None
    left.wipe_job.cancel_requested = True
    left.wipe_job.save(update_fields=["cancel_requested"])
    left = tried(left)
    assert left.wipe_job is not None
    assert left.wipe_job.state == JobState.CANCELLED


def test_only_the_officer_says_so_and_nobody_changes_it(left: Export, officer: User) -> None:
    for person in (accounts.approver(), accounts.it_admin(), accounts.applicant()):
        with pytest.raises(NotAllowed):
            wiping.give_up(left, statement=LOST, by=person)
    wiping.give_up(left, statement=LOST, by=officer)
    with pytest.raises(DatabaseError), transaction.atomic():
        LostCopy.objects.update(statement="lain")


def test_an_export_without_a_copy_left_has_no_disk_to_ask_about(
    permit: Permit, medium: Medium, officer: User, tmp_path: Path
) -> None:
    export = exports.queue(permit=permit, medium=medium, by=officer)
    with pytest.raises(Conflict):
        wiping.give_up(export, statement=LOST, by=officer)
