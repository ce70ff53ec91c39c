"""A database from its backup: nothing goes or is shown until a person has looked."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client

from cctvportal.accounts.access import SYSTEM
from cctvportal.audit.services import record
from cctvportal.common.clock import now
from cctvportal.common.errors import Refused
from cctvportal.jobs.services import run
from recordings.enums import ExportState, SegmentState
from recordings.models import Export, Medium, RecordingPlan, Segment
from recordings.services import erase, expiry, exports, playback, restored
from recordings.services.permits import Permit
from recordings.services.playback import Viewing
from tests.factories import accounts
from tests.factories.recordings import stored_segment

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def due(plan: RecordingPlan) -> Segment:
    start = now() - timedelta(hours=1)
    term = now() - timedelta(minutes=1)
    return stored_segment(plan.camera, plan.volume, start, expires_at=term)


def known_outside(data_dir: Path, name: str = "database.json") -> None:
    """What the data folder says of a day that a backup does not have."""
    if name == "database.json":
        (data_dir / name).write_text(json.dumps({"entry": str(uuid4()), "run": ""}))
        return
    folder = data_dir / "tombstones"
    folder.mkdir()
    (folder / "2026-11.jsonl").write_text(json.dumps({"run": str(uuid4())}) + "\n")


@pytest.mark.parametrize("name", ["database.json", "tombstones"])
def test_an_older_database_takes_nothing_until_an_approver_has_looked(
    due: Segment, data_dir: Path, name: str
) -> None:
    known_outside(data_dir, name)
    with pytest.raises(erase.GateClosed, match="Basis data lebih lama"):
        expiry.purge_expired(by=SYSTEM)
    due.refresh_from_db()
    assert due.state == SegmentState.READY
    assert expiry.why_halted(by=accounts.officer())
    expiry.resume_purge(by=accounts.approver())
    assert not expiry.why_halted(by=accounts.officer())
    expiry.purge_expired(by=SYSTEM)
    due.refresh_from_db()
    assert due.state == SegmentState.PURGED


def test_entries_written_after_the_restore_do_not_hide_it(due: Segment, data_dir: Path) -> None:
    known_outside(data_dir)
    for _n in range(3):
        record("purge.test", by=SYSTEM)
    assert restored.doubt()


def test_a_database_that_went_on_is_no_doubt(due: Segment, data_dir: Path) -> None:
    record("purge.test", by=SYSTEM)
    for _beat in range(3):
        expiry.purge_expired(by=SYSTEM)
    mark = json.loads((data_dir / "database.json").read_text())
    assert mark["entry"], "the end of a passage notes what it wrote"
    assert restored.doubt() == ""


def test_half_a_line_of_a_killed_process_says_nothing(due: Segment, data_dir: Path) -> None:
    expiry.purge_expired(by=SYSTEM)
    (book,) = (data_dir / "tombstones").iterdir()
    with book.open("a") as handle:
        handle.write('{"run": "')
    assert restored.doubt() == ""


def test_the_monitoring_page_asks(due: Segment, data_dir: Path) -> None:
    known_outside(data_dir)
    visitor = Client()
    visitor.force_login(accounts.approver(), backend=BACKEND)
    assert "Basis data lebih lama" in visitor.get("/pemantauan/").content.decode()


def test_nothing_is_shown_by_a_permit_that_may_be_revoked(permit: Permit, data_dir: Path) -> None:
    viewing, person = Viewing(permit, "rahasia"), accounts.applicant()
    camera = permit.camera_ids[0]
    known_outside(data_dir)
    with pytest.raises(Refused, match="Basis data lebih lama"):
        playback.reel(viewing, camera_id=camera, by=person)
    with pytest.raises(Refused, match="Basis data lebih lama"):
        playback.still(viewing, camera_id=camera, at=permit.start, by=person)


def test_nothing_is_exported_by_a_permit_that_may_be_revoked(
    permit: Permit, medium: Medium, data_dir: Path
) -> None:
    export = exports.queue(permit=permit, medium=medium, by=accounts.officer())
    known_outside(data_dir)
    run(str(export.job_id), "w1")
    export = Export.objects.get(pk=export.pk)
    assert export.state == ExportState.QUEUED, "it waits, and is not failed"
    assert not list(Path(medium.path).rglob("*.zip"))
