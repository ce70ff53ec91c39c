from __future__ import annotations

import re
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pyzipper
from django.test import Client

from cctvportal.accounts.access import NotAllowed
from cctvportal.accounts.models import User
from cctvportal.common.clock import now
from cctvportal.jobs.models import Job, JobState
from cctvportal.jobs.services import run
from recordings.enums import ExportState
from recordings.models import Export, Medium
from requests_app.enums import RequestState
from requests_app.services.close import revoke
from requests_app.services.start_export import retry_export
from tests.factories import accounts
from tests.factories import requests_app as made
from tests.requests_app.desk import filmed
from tests.requests_app.desk.pages import follow, secret, text, url

pytestmark = pytest.mark.usefixtures("data_dir")


@pytest.fixture
def medium(tmp_path: Path, officer: User) -> Medium:
    return filmed.disk(tmp_path / "disk", officer)


@pytest.fixture
def export(officer: User, medium: Medium) -> Export:
    """Queued, for a request whose footage is there."""
    return filmed.started(filmed.issued(), medium, officer)


def now_at(export: Export, stage: ExportState, **job: Any) -> None:
    """Sets the rows as a worker would have left them."""
    Export.objects.filter(pk=export.pk).update(state=stage)
    running = {"state": JobState.RUNNING, "lease_until": now() + timedelta(seconds=30)}
    Job.objects.filter(pk=str(export.job_id)).update(**{**running, **job})


def test_choosing_shows_everything_before_it_starts(desk: Client, medium: Medium) -> None:
    row = filmed.issued()
    said = text(desk.get(url("request_export", row.pk)))
    assert "HDD-01 kosong" in said
    assert ": lengkap." in said
    assert "4 detik" in said
    assert "beberapa detik lebih awal" in said
    assert not Export.objects.exists()


def test_choosing_tells_holes_and_other_packages(
    desk: Client, medium: Medium, officer: User
) -> None:
    earlier = filmed.started(filmed.issued(), medium, officer)
    filmed.carried_out(earlier)
    row = filmed.issued(ends_at=made.yesterday() + timedelta(minutes=5))
    said = text(desk.get(url("request_export", row.pk)))
    assert ": terputus" in said
    assert f"berisi paket lain: {earlier.number}" in said


def test_choosing_says_why_a_disk_cannot_be_used(desk: Client, medium: Medium) -> None:
    shutil.rmtree(medium.path)
    said = text(desk.get(url("request_export", filmed.issued().pk)))
    assert "HDD-01 belum terpasang. Pasang, lalu muat ulang." in said


def test_choosing_without_any_disk_leads_to_the_register(desk: Client) -> None:
    said = text(desk.get(url("request_export", filmed.issued().pk)))
    assert "Belum ada hard disk yang terdaftar." in said


def test_start_onto_a_missing_disk_changes_nothing(desk: Client, medium: Medium) -> None:
    row = filmed.issued()
    shutil.rmtree(medium.path)
    answer = desk.post(url("request_export", row.pk), {"medium": medium.pk})
    assert "HDD-01 belum terpasang." in text(answer)
    assert re.search(rf'value="{medium.pk}"[^>]* checked', answer.content.decode())
    row.refresh_from_db()
    assert row.exported_by is None
    assert not Export.objects.exists()


def test_start_goes_to_the_progress_page(desk: Client, medium: Medium, officer: User) -> None:
    row = filmed.issued()
    answer = desk.post(url("request_export", row.pk), {"medium": medium.pk})
    assert "Menunggu giliran" in follow(desk, answer)
    row.refresh_from_db()
    assert row.exported_by == officer
    again = desk.post(url("request_export", row.pk), {"medium": medium.pk})
    assert again.status_code == 409
    assert "sudah berjalan atau sudah selesai" in text(again)
    assert Export.objects.count() == 1
    assert desk.get(url("request_export", row.pk))["Location"] == answer["Location"]


def test_progress_tells_percent_bytes_and_the_rest(desk: Client, export: Export) -> None:
    begun = now() - timedelta(seconds=60)
    now_at(export, ExportState.WRITING, done=50_000_000, total=200_000_000, started_at=begun)
    said = text(desk.get(url("export", export.pk)))
    assert "25%, menyalin ke HDD-01" in said
    assert "50 MB dari 100 MB, kira-kira 3 menit lagi" in said
    now_at(export, ExportState.VERIFYING, done=150_000_000, total=200_000_000)
    said = text(desk.get(url("export", export.pk)))
    assert "75%, membaca ulang HDD-01" in said
    assert "Muat ulang" in said


def test_progress_part_polls_until_it_is_over(desk: Client, export: Export) -> None:
    part = desk.get(url("export_progress", export.pk))
    assert f'hx-get="{url("export_progress", export.pk)}"' in part.content.decode()
    assert "<html" not in part.content.decode()
    filmed.carried_out(export)
    assert desk.get(url("export_progress", export.pk))["HX-Refresh"] == "true"


def test_progress_of_a_failure_says_why_and_offers_both_ways(desk: Client, export: Export) -> None:
    shutil.rmtree(export.medium.path)
    filmed.carried_out(export)
    said = text(desk.get(url("export", export.pk)))
    assert "Berhenti" in said
    assert "Hard disk terlepas atau bermasalah" in said
    assert "Lanjutkan" in said
    assert "Batalkan, pakai hard disk lain" in said


def test_retry_goes_on_and_a_second_press_says_so(desk: Client, export: Export) -> None:
    folder = Path(export.medium.path)
    kept = shutil.move(folder, folder.with_name("away"))
    filmed.carried_out(export)
    shutil.move(kept, folder)
    assert "Ekspor dilanjutkan." in follow(desk, desk.post(url("export_retry", export.pk)))
    assert "sedang berjalan atau sudah selesai" in text(desk.post(url("export_retry", export.pk)))
    assert filmed.carried_out(export).state == ExportState.VERIFIED


def test_retry_of_a_job_that_could_not_tell_its_export(desk: Client, export: Export) -> None:
    now_at(export, ExportState.WRITING, state=JobState.FAILED, lease_until=None, error="Berhenti.")
    assert "Lanjutkan" in text(desk.get(url("export", export.pk)))
    desk.post(url("export_retry", export.pk))
    export.refresh_from_db()
    assert export.state == ExportState.QUEUED


def test_retry_after_the_permit_was_taken_back_writes_nothing(desk: Client, export: Export) -> None:
    folder = Path(export.medium.path)
    kept = shutil.move(folder, folder.with_name("away"))
    filmed.carried_out(export)
    revoke(export.fulfilment.request, reason="Kegiatan batal", by=accounts.approver())
    shutil.move(kept, folder)
    assert "Lanjutkan" not in text(desk.get(url("export", export.pk)))
    assert desk.post(url("export_retry", export.pk)).status_code == 409
    assert filmed.carried_out(export).state == ExportState.CANCELLED
    assert not [path for path in folder.iterdir() if "EKSPOR" in path.name]


def test_retry_by_who_may_not_export_is_refused(export: Export, medium: Medium) -> None:
    Job.objects.filter(pk=str(export.job_id)).update(state=JobState.FAILED, error="Berhenti.")
    row = export.fulfilment.request
    for person in (accounts.approver(), row.applicant):
        with pytest.raises(NotAllowed):
            retry_export(row, export=export, by=person)


def test_a_stopped_export_is_shown_instead_of_a_second_one(desk: Client, export: Export) -> None:
    shutil.rmtree(export.medium.path)
    filmed.carried_out(export)
    row = export.fulfilment.request
    answer = desk.get(url("request_export", row.pk))
    assert answer["Location"] == url("export", export.pk)
    sent = desk.post(url("request_export", row.pk), {"medium": export.medium.pk})
    assert "Lanjutkan atau batalkan dahulu" in text(sent)


def test_a_copy_still_on_a_disk_that_is_away_is_not_called_removed(
    desk: Client, export: Export
) -> None:
    folder = Path(export.medium.path)
    kept = shutil.move(folder, folder.with_name("away"))
    filmed.carried_out(export)
    said = follow(desk, desk.post(url("export_cancel", export.pk)))
    assert "belum terhapus dari hard disk HDD-01" in said
    assert "sudah dihapus dari hard disk" not in said
    export.refresh_from_db()
    run(str(export.wipe_job_id), "w1")
    assert "Hard disk terlepas" in text(desk.get(url("export", export.pk)))
    shutil.move(kept, folder)
    Job.objects.filter(pk=str(export.wipe_job_id)).update(not_before=None)
    run(str(export.wipe_job_id), "w1")
    assert "sudah dihapus dari hard disk" in text(desk.get(url("export", export.pk)))


def test_cancel_asks_first_and_frees_the_request(desk: Client, export: Export) -> None:
    where = url("export_cancel", export.pk)
    assert "Batalkan ekspor ini?" in text(desk.get(where))
    export.refresh_from_db()
    assert export.state == ExportState.QUEUED
    assert "Ekspor lagi" in follow(desk, desk.post(where))
    assert desk.post(where).status_code == 409


def test_cancel_of_a_running_export_is_told_at_once(desk: Client, export: Export) -> None:
    now_at(export, ExportState.WRITING, done=1, total=4)
    assert "Sedang dibatalkan" in follow(desk, desk.post(url("export_cancel", export.pk)))


def test_verified_package_is_safe_to_unplug_and_its_passphrase_shown_once(
    desk: Client, export: Export
) -> None:
    done = filmed.carried_out(export)
    said = text(desk.get(url("export", export.pk)))
    assert "Aman dicabut. Isi hard disk sama dengan sumber." in said
    assert done.manifest_sha256 in said
    assert "mulai tepat pada waktu izin, tidak terputus" in said
    assert secret(desk.get(url("export_passphrase", export.pk))) == ""
    answer = desk.post(url("export_passphrase", export.pk))
    assert "no-store" in answer["Cache-Control"]
    shown = secret(answer)
    archive = Path(export.medium.path) / done.folder / "data" / "REK-0001.zip"
    with pyzipper.AESZipFile(archive) as opened:
        opened.setpassword(shown.encode())
        assert opened.testzip() is None
    assert desk.post(url("export_passphrase", export.pk)).status_code == 409
    assert "sudah ditampilkan pada" in text(desk.get(url("export", export.pk)))
    assert shown not in str(dict(desk.session))


def test_revoking_stops_the_export(desk: Client, export: Export) -> None:
    row = export.fulfilment.request
    revoke(row, reason="Kegiatan batal", by=accounts.approver())
    assert "Dibatalkan" in text(desk.get(url("export", export.pk)))
    row.refresh_from_db()
    assert row.state == RequestState.REVOKED
    assert "Ekspor lagi" not in text(desk.get(url("export", export.pk)))


@pytest.mark.parametrize("name", ["export", "export_progress", "export_cancel"])
def test_an_export_is_nobody_elses_business(db: None, export: Export, name: str) -> None:
    client = Client()
    client.force_login(
        accounts.it_admin(), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    assert client.get(url(name, export.pk)).status_code == 404
