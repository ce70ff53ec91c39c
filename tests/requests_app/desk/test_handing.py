from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from cctvportal.accounts.models import User
from cctvportal.common.clock import now
from cctvportal.jobs.models import Job, JobState
from recordings.enums import ErasureState, PurgeKind, PurgeState
from recordings.models import Erasure, PurgeRun
from recordings.models.export import ExportCamera
from requests_app.enums import RequestState
from requests_app.models import AccessRequest
from requests_app.services.erase import confirm_erasure
from tests.factories import accounts
from tests.factories import requests_app as made
from tests.requests_app.desk.pages import follow, text, url


@pytest.fixture
def handed(officer: User) -> AccessRequest:
    row = made.handed_over(by=officer)
    export = row.hand_over.export
    for one in row.cameras.all():
        ExportCamera.objects.create(export=export, camera=one.camera)
    return row


def test_hand_over_shows_what_will_be_signed(desk: Client) -> None:
    row = made.exported()
    said = text(desk.get(url("request_hand_over", row.pk)))
    assert "menjamin kerahasiaan dan keamanannya" in said
    assert "Sandi paket belum diambil." in said


def test_hand_over_is_written_down_once(desk: Client) -> None:
    row = made.exported()
    where = url("request_hand_over", row.pk)
    assert "Centang setelah hard disk Anda berikan." in text(desk.post(where))
    assert "Serah terima dicatat." in follow(desk, desk.post(where, {"given": "on"}))
    again = text(desk.post(where, {"given": "on"}))
    assert "Serah terima sudah dicatat. Tunggu pemohon memastikan." in again
    assert row.hand_over.received_at is None


def test_hand_over_of_an_unconfirmed_oral_request_is_refused(desk: Client) -> None:
    row = made.exported(made.issued(made.approved(made.oral())))
    where = url("request_hand_over", row.pk)
    assert "Pemohon belum memastikan permohonan ini." in text(desk.get(where))
    answer = desk.post(where, {"given": "on"})
    assert "Minta pemohon masuk dan memastikan." in text(answer)


def test_hand_over_page_before_the_export_leads_back(desk: Client) -> None:
    row = made.issued()
    assert "Akses diberikan" in follow(desk, desk.get(url("request_hand_over", row.pk)))


def test_erase_shows_what_goes_and_the_paper(desk: Client, handed: AccessRequest) -> None:
    said = text(desk.get(url("request_erase", handed.pk)))
    assert "1 potongan" in said
    assert "Berita Acara Pemusnahan Rekaman" in said
    assert "Tidak ada penahanan atau permohonan lain" in said
    assert "Petugas Contoh" in said


def test_erase_with_another_number_changes_nothing(desk: Client, handed: AccessRequest) -> None:
    answer = desk.post(url("request_erase", handed.pk), {"typed": "999/CCTV/XI/2026"})
    assert f"Ketik nomor permohonan persis seperti tertulis: {handed.number}" in text(answer)
    assert 'value="999/CCTV/XI/2026"' in answer.content.decode()
    assert not Erasure.objects.exists()


def test_erase_waits_for_the_second_person(desk: Client, handed: AccessRequest) -> None:
    where = url("request_erase", handed.pk)
    said = follow(desk, desk.post(where, {"typed": handed.number or ""}))
    assert "Pemusnahan diminta." in said
    assert "Menunggu persetujuan" in said
    again = desk.post(where, {"typed": handed.number or ""})
    assert again.status_code == 409
    assert "sudah diminta" in text(again)
    confirm_erasure(handed, by=accounts.approver(name="Kepala Contoh"))
    said = text(desk.get(where))
    assert "Disetujui Kepala Contoh" in said
    assert "Dihapus mulai" in said


def test_erase_progress_refreshes_the_page_when_done(desk: Client, handed: AccessRequest) -> None:
    part = url("request_erase_progress", handed.pk)
    assert desk.get(part).status_code == 404
    desk.post(url("request_erase", handed.pk), {"typed": handed.number or ""})
    assert b"hx-get" not in desk.get(url("request_erase", handed.pk)).content
    confirm_erasure(handed, by=accounts.approver())
    assert b"hx-get" in desk.get(part).content
    Erasure.objects.update(state=ErasureState.DONE)
    assert desk.get(part)["HX-Refresh"] == "true"


def test_an_erasure_that_stopped_is_let_go_on(desk: Client, handed: AccessRequest) -> None:
    desk.post(url("request_erase", handed.pk), {"typed": handed.number or ""})
    where = url("request_erase_retry", handed.pk)
    assert desk.post(where).status_code == 409
    job = str(confirm_erasure(handed, by=accounts.approver()).job_id)
    assert "sedang berjalan" in text(desk.post(where))
    Job.objects.filter(pk=job).update(state=JobState.FAILED, error="Berhenti.")
    assert "Lanjutkan pemusnahan" in text(desk.get(url("request_erase", handed.pk)))
    assert "Pemusnahan dilanjutkan." in follow(desk, desk.post(where))
    assert Job.objects.get(pk=job).state == JobState.QUEUED


def test_erase_page_afterwards_is_the_paper_with_what_went(
    desk: Client, handed: AccessRequest
) -> None:
    row = made.erased(handed)
    act = Erasure.objects.get(source_erasure__request=row)
    facts = {"segments_purged": 31, "bytes_purged": 2_500_000_000, "started_at": now()}
    PurgeRun.objects.create(kind=PurgeKind.ERASURE, erasure=act, state=PurgeState.DONE, **facts)
    answer = desk.get(url("request_erase", row.pk))
    said = text(answer)
    assert "Selesai untuk permohonan" in said
    assert "31 potongan, 2,5 GB" in said
    assert "Kunci pembuka rekaman dimusnahkan, lalu berkasnya dihapus" in said
    for word in ("Pratinjau", "Hapus sumber", "tertulis saat dihapus", "Kelas H1"):
        assert word not in answer.content.decode()
    paper = reverse("papers:download", args=[row.pk, "pemusnahan"])
    assert f'href="{paper}"' in answer.content.decode()
    assert desk.get(paper)["Content-Type"] == "application/pdf"


def test_erase_of_security_footage_is_no_page(desk: Client, officer: User) -> None:
    row = made.issued(made.approved(made.submitted(accounts.head_of_affairs())))
    row = made.handed_over(made.exported(row, by=officer), by=officer)
    assert row.state == RequestState.CLOSED
    assert desk.get(url("request_erase", row.pk)).status_code == 404


def test_erase_of_an_unknown_request_is_no_page(desk: Client) -> None:
    assert desk.get(url("request_erase", uuid4())).status_code == 404
