"""The task about a disk that did not come back with a copy that has to be wiped."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from pytest_django import Settings

from cctvportal.accounts.models import User
from cctvportal.common.clock import now
from cctvportal.jobs.models import Job
from devices.models import Incident
from recordings.models import Export, LostCopy
from tests.factories import accounts
from tests.requests_app.desk import filmed
from tests.requests_app.desk.pages import follow, text, url
from tests.requests_app.views.test_ask import logged_in

if TYPE_CHECKING:
    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data_dir")]
LOST = "Tertinggal di kendaraan dinas pada 24 November"


@pytest.fixture
def left(officer: User, tmp_path: Path) -> Export:
    """Cancelled four days ago, the disk away since."""
    return filmed.left_on_disk(officer, tmp_path / "disk", label="HDD-09")


def test_after_a_while_the_disk_is_the_officers_task(
    desk: Client, left: Export, settings: Settings
) -> None:
    page = text(desk.get(url("desk")))
    assert "Hard disk HDD-09 belum kembali" in page
    assert "Sejak 4 hari" in page
    settings.WIPE_ASK_SECONDS = 5 * 86_400
    assert "belum kembali" not in text(desk.get(url("desk")))


def test_the_disk_that_is_back_is_tried_at_once(desk: Client, left: Export) -> None:
    where = url("export_copy", left.pk)
    page = text(desk.get(where))
    assert "Di mana hard disk HDD-09?" in page
    assert "Hard disk tidak terpasang." in page
    Job.objects.filter(pk=str(left.wipe_job_id)).update(not_before=now() + timedelta(hours=1))
    assert "Biarkan terpasang." in follow(desk, desk.post(where))
    assert Job.objects.get(pk=str(left.wipe_job_id)).not_before is None


def test_the_lost_disk_is_a_statement_with_a_reason(desk: Client, left: Export) -> None:
    where = url("export_copy_lost", left.pk)
    assert "tidak dapat diubah" in text(desk.get(where))
    assert "Tulis kapan dan bagaimana" in text(desk.post(where, {"statement": ""}))
    assert "dicatat hilang" in follow(desk, desk.post(where, {"statement": LOST}))
    assert LOST in Incident.objects.get().description
    assert "belum kembali" not in text(desk.get(url("desk")))
    page = text(desk.get(url("export", left.pk)))
    assert "Salinannya tidak dapat dihapus." in page
    assert "Hard disk ditemukan kembali" in page
    assert LOST in text(desk.get(url("export_copy", left.pk)))
    assert desk.post(where, {"statement": LOST}).status_code == 409
    assert LostCopy.objects.count() == 1


def test_the_books_tell_a_copy_that_cannot_be_wiped(desk: Client, left: Export) -> None:
    desk.post(url("export_copy_lost", left.pk), {"statement": LOST})
    assert "salinan tidak dapat dihapus" in text(desk.get(reverse("books:disks")))
    assert LOST in text(desk.get(reverse("books:faults")))


def test_without_a_copy_left_the_page_leads_back(desk: Client, left: Export) -> None:
    Export.objects.filter(pk=left.pk).update(wiped_at=now())
    said = follow(desk, desk.get(url("export_copy", left.pk)))
    assert "Tidak ada lagi yang perlu dihapus" in said


def test_it_is_nobodys_page_but_the_officers(left: Export) -> None:
    for person in (accounts.approver(), accounts.auditor(), accounts.it_admin()):
        for name in ("export_copy", "export_copy_lost"):
            assert logged_in(person).get(url(name, left.pk)).status_code == 404
