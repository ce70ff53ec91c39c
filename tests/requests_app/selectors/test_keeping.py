from __future__ import annotations

from datetime import timedelta

import pytest

from cctvportal.common import words
from cctvportal.common.clock import now
from recordings.models import Segment
from requests_app.models import AccessRequest
from requests_app.selectors.keeping import fate
from tests.factories import requests_app as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data_dir")]


def expiring(row: AccessRequest, in_hours: float) -> str:
    """The earliest end of `row`'s footage, in the words of the page."""
    ends = now() + timedelta(hours=in_hours)
    Segment.objects.update(expires_at=ends)
    return words.date_time(ends)


def test_fate_of_footage_before_sending_is_its_term() -> None:
    row = make.draft()
    ends = expiring(row, 5)
    assert fate(row) == f"Rekaman terhapus sendiri pada {ends}."


def test_fate_of_footage_that_a_request_holds() -> None:
    assert fate(make.submitted()) == (
        "Ditahan untuk permohonan ini: tidak terhapus sampai urusannya selesai."
    )


def test_fate_after_withdrawal_is_the_term_again() -> None:
    row = make.withdrawn()
    ends = expiring(row, 5)
    assert fate(row) == f"Rekaman terhapus sendiri pada {ends}."
    expiring(row, -1)
    assert fate(row) == "Masa simpannya habis: segera terhapus sendiri."


def test_fate_of_footage_that_another_request_holds() -> None:
    other = make.submitted()
    camera = other.cameras.get().camera_id
    row = make.draft(camera_ids=[camera], starts_at=other.starts_at, ends_at=other.ends_at)
    assert "ditahan untuk keperluan lain" in fate(row)


def test_fate_of_a_destroyed_source_says_when() -> None:
    row = make.erased()
    done = row.source_erasures.get().erasure.done_at
    assert done is not None
    assert words.date_time(done) in fate(row)


def test_fate_without_footage() -> None:
    row = make.draft()
    assert row.starts_at is not None
    row.starts_at, row.ends_at = row.starts_at - timedelta(days=90), row.starts_at
    assert fate(row) == "Tidak ada rekaman di portal."
    row.starts_at = None
    assert not fate(row)
