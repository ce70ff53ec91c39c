from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cctvportal.accounts.models import User
from cctvportal.common.clock import WIB, now
from requests_app.enums import RequestForm, RequestState
from requests_app.models import AccessRequest
from requests_app.services.decide import refuse
from tests.factories import accounts
from tests.factories import requests_app as made
from tests.factories.devices import CameraFactory
from tests.requests_app.desk.pages import follow, text, url


def taken_down(person: User, **given: Any) -> dict[str, Any]:
    """Ten minutes of yesterday, of a camera that has footage then."""
    start = made.yesterday().replace(second=0)
    camera = CameraFactory()
    made.footage(camera, start)
    local = start.astimezone(WIB)
    facts = {
        "token": str(uuid4()),
        "applicant": person.pk,
        "activity": "Uji kompetensi contoh",
        "legal_basis": "Surat tugas CONTOH/001",
        "cameras": [camera.pk],
        "day": f"{local:%Y-%m-%d}",
        "starts_at": f"{local:%H:%M}",
        "ends_at": f"{local.replace(minute=(local.minute + 5) % 60):%H:%M}",
        "validator_name": "Ketua Panitia Contoh",
        "validator_phone": "0274 000 001",
    }
    if local.minute >= 55:
        facts["ends_at"] = f"{local:%H}:59"
    return {**facts, **given}


def test_oral_request_is_taken_down(desk: Client, officer: User) -> None:
    person = accounts.applicant(name="Pemohon Contoh")
    answer = desk.post(url("request_oral"), taken_down(person))
    assert "dicatat untuk Pemohon Contoh" in follow(desk, answer)
    row = AccessRequest.objects.get()
    assert (row.form, row.state, row.entered_by) == (RequestForm.ORAL, "SUBMITTED", officer)
    assert row.needs_confirmation


def test_oral_request_pressed_twice_is_one(desk: Client) -> None:
    sent = taken_down(accounts.applicant())
    desk.post(url("request_oral"), sent)
    answer = desk.post(url("request_oral"), sent)
    assert answer.status_code == 409
    assert "Formulir ini sudah Anda kirim." in text(answer)
    assert AccessRequest.objects.count() == 1


def test_oral_request_refused_keeps_what_was_typed_and_may_be_sent_again(desk: Client) -> None:
    person = accounts.head_of_affairs()
    good = taken_down(person)
    answer = desk.post(url("request_oral"), {**good, "day": "2099-01-01"})
    assert "Waktu selesai belum lewat." in text(answer)
    assert "Uji kompetensi contoh" in text(answer)
    assert desk.post(url("request_oral"), good).status_code == 302


def test_oral_request_that_was_refused_waits_for_nobody(desk: Client) -> None:
    row = refuse(made.validated(made.oral()), reason="Tidak sesuai tugas", by=accounts.approver())
    assert "Pemohon belum memastikan" not in text(desk.get(url("request", row.pk)))


def test_oral_request_empty_names_what_is_missing(desk: Client) -> None:
    said = text(desk.post(url("request_oral"), {"token": str(uuid4())}))
    assert "“Kegiatan atau peristiwa” belum diisi." in said
    assert "Pilih paling sedikit satu kamera." in said
    assert "Isi nomor telepon yang dapat dihubungi Kepala." in said
    assert "“Teleponnya”" not in said
    assert AccessRequest.objects.count() == 0


def test_oral_request_offers_only_who_may_ask(desk: Client) -> None:
    accounts.auditor(name="Auditor Contoh")
    accounts.applicant(name="Pemohon Contoh")
    said = text(desk.get(url("request_oral")))
    assert "Pemohon Contoh" in said
    assert "Auditor Contoh" not in said


def outage(person: User, **given: Any) -> dict[str, Any]:
    local = now().astimezone(WIB)
    late = {
        "form": "WRITTEN",
        "happened_day": f"{made.yesterday().astimezone(WIB):%Y-%m-%d}",
        "happened_at": f"{local:%H:%M}",
        "reason": "Listrik padam",
        "scan": SimpleUploadedFile("kertas.pdf", made.PDF),
    }
    return taken_down(person, **{**late, **given})


def test_request_after_an_outage_keeps_both_times(desk: Client, data_dir: object) -> None:
    answer = desk.post(url("request_outage"), outage(accounts.applicant()))
    assert "Dicatat kemudian: terjadi" in follow(desk, answer)
    row = AccessRequest.objects.get()
    assert row.happened_at is not None
    assert row.happened_at < row.created_at
    assert row.state == RequestState.SUBMITTED


def test_request_after_an_outage_refuses_what_is_no_scan(desk: Client, data_dir: object) -> None:
    sent = outage(accounts.applicant(), scan=SimpleUploadedFile("kertas.pdf", b"MZ program"))
    answer = desk.post(url("request_outage"), sent)
    assert "Berkas harus PDF, JPG, atau PNG" in text(answer)
    assert 'value="Listrik padam"' in answer.content.decode()
    assert AccessRequest.objects.count() == 0
