"""A key that is not here counts as destroyed only where it was destroyed here."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from cctvportal.accounts.access import SYSTEM
from cctvportal.common.clock import now
from recordings.enums import PurgeKind, SegmentState
from recordings.models import PurgeRun, RecordingPlan, Segment
from recordings.services import erase, expiry, tombstones
from tests.factories import accounts
from tests.factories.recordings import stored_segment

pytestmark = pytest.mark.django_db


@pytest.fixture
def due(plan: RecordingPlan) -> Segment:
    start = now() - timedelta(hours=1)
    term = now() - timedelta(minutes=1)
    return stored_segment(plan.camera, plan.volume, start, expires_at=term)


def other_keystore(data_dir: Path) -> None:
    """This machine's data folder is not the one whose recorder wrote the film."""
    (data_dir / "keystore").rename(data_dir / "keystore-node-2")


def test_footage_whose_key_lies_on_another_machine_is_not_called_purged(
    due: Segment, data_dir: Path
) -> None:
    other_keystore(data_dir)
    for _beat in range(2):
        with pytest.raises(erase.GateClosed, match="semua node memakai folder data yang sama"):
            expiry.purge_expired(by=SYSTEM)
    due.refresh_from_db()
    assert due.state == SegmentState.DOOMED
    assert not list((data_dir / "tombstones").glob("*")), "no tombstone that would excuse it later"
    assert expiry.why_halted(by=accounts.officer())
    shutil.rmtree(data_dir / "keystore", ignore_errors=True)
    (data_dir / "keystore-node-2").rename(data_dir / "keystore")
    expiry.purge_expired(by=SYSTEM)
    due.refresh_from_db()
    assert due.state == SegmentState.PURGED


def test_a_keystore_that_was_lost_lets_go_once_a_person_said_so(
    due: Segment, data_dir: Path
) -> None:
    shutil.rmtree(data_dir / "keystore")
    with pytest.raises(erase.GateClosed):
        expiry.purge_expired(by=SYSTEM)
    expiry.resume_purge(by=accounts.approver())
    assert expiry.why_halted(by=accounts.officer()) == []
    expiry.purge_expired(by=SYSTEM)
    due.refresh_from_db()
    assert due.state == SegmentState.PURGED


@pytest.mark.parametrize("torn", ["", '{"at": "2026-11-2', '{"segment": "00000000-0000'])
def test_a_pass_killed_behind_the_keys_is_carried_through(
    due: Segment, data_dir: Path, torn: str
) -> None:
    run = PurgeRun.objects.create(kind=PurgeKind.EXPIRY, started_at=now())
    erase.doom(run, Segment.objects.filter(pk=due.pk), by=SYSTEM)
    tombstones.append(run, [due])
    (book,) = (data_dir / "tombstones").iterdir()
    book.write_text(torn + book.read_text())
    erase.destroy_keys(run, [due], by=SYSTEM)
    expiry.purge_expired(by=SYSTEM)
    due.refresh_from_db()
    assert due.state == SegmentState.PURGED
