from __future__ import annotations

from typing import Any

from django.test import Client

from cctvportal.common.clock import WIB, now
from requests_app.enums import RequestState
from requests_app.models import AccessRequest
from tests.factories import accounts
from tests.factories import requests_app as made
from tests.requests_app.desk.pages import follow, text, url


def call(**given: str) -> dict[str, str]:
    local = now().astimezone(WIB)
    facts = {
        "name": "Ketua Panitia Contoh",
        "called_day": f"{local:%Y-%m-%d}",
        "called_at": f"{local:%H:%M}",
        "outcome": "CONFIRMED",
    }
    return {**facts, **given}


def decision(row: AccessRequest, approver: Any, **given: Any) -> dict[str, Any]:
    local = now().astimezone(WIB)
    facts = {
        "approver": approver.pk,
        "told_day": f"{local:%Y-%m-%d}",
        "told_at": f"{local:%H:%M}",
        "verdict": "APPROVED",
        "cameras": list(row.cameras.values_list("camera_id", flat=True)),
    }
    return {**facts, **given}


def test_validation_is_prefilled_with_whom_the_applicant_named(desk: Client) -> None:
    row = made.submitted()
    answer = desk.get(url("request_validation", row.pk))
    assert 'value="Ketua Panitia Contoh"' in answer.content.decode()
    assert 'href="tel:0274000001"' in answer.content.decode()


def test_validation_is_written_down(desk: Client) -> None:
    row = made.submitted()
    answer = desk.post(url("request_validation", row.pk), call(note="Benar ada."))
    assert "Telepon validasi dicatat." in follow(desk, answer)
    assert row.validations.get().note == "Benar ada."


def test_validation_ahead_of_time_keeps_what_was_typed(desk: Client) -> None:
    row = made.submitted()
    sent = call(called_day="2099-01-01", note="Sudah ditelepon")
    answer = desk.post(url("request_validation", row.pk), sent)
    assert "Waktu menelepon belum lewat." in text(answer)
    assert 'value="Sudah ditelepon"' in answer.content.decode()
    assert not row.validations.exists()


def test_validation_of_a_decided_request_tells_who_decided(desk: Client) -> None:
    row = made.approved(by=accounts.approver(name="Kepala Contoh"))
    answer = desk.post(url("request_validation", row.pk), call())
    assert answer.status_code == 409
    assert "sudah disetujui oleh Kepala Contoh" in text(answer)


def test_phone_decision_is_written_down_for_the_approver(desk: Client) -> None:
    row, head = made.validated(), accounts.approver(name="Kepala Contoh")
    answer = desk.post(url("request_phone_decision", row.pk), decision(row, head))
    assert "Kepala Contoh harus memastikannya" in follow(desk, answer)
    row.refresh_from_db()
    assert row.state == RequestState.APPROVED
    assert row.approved_start == row.starts_at
    assert row.decision.awaits_login


def test_phone_decision_may_leave_a_camera_out(desk: Client) -> None:
    row, head = made.validated(made.submitted(cameras=2)), accounts.approver()
    kept = row.cameras.first()
    assert kept is not None
    sent = decision(row, head, cameras=[kept.camera_id])
    desk.post(url("request_phone_decision", row.pk), sent)
    assert list(row.cameras.filter(approved=True)) == [kept]


def test_phone_refusal_needs_its_reason(desk: Client) -> None:
    row, head = made.validated(), accounts.approver()
    where = url("request_phone_decision", row.pk)
    answer = desk.post(where, decision(row, head, verdict="REFUSED", note="Nanti saja"))
    assert "Tulis alasan menolak" in text(answer)
    assert 'value="Nanti saja"' in answer.content.decode()
    answer = desk.post(where, decision(row, head, verdict="REFUSED", reason="Bukan tugas"))
    assert "Ditolak" in follow(desk, answer)


def test_phone_decision_needs_a_call_first(desk: Client) -> None:
    row = made.submitted()
    where = url("request_phone_decision", row.pk)
    assert "Belum ada telepon validasi." in text(desk.get(where))
    answer = desk.post(where, decision(row, accounts.approver()))
    assert "Hubungi dahulu orang yang dapat dihubungi" in text(answer)


def test_phone_decision_twice_tells_who_was_first(desk: Client) -> None:
    row, head = made.validated(), accounts.approver(name="Kepala Contoh")
    where, sent = url("request_phone_decision", row.pk), decision(row, head)
    desk.post(where, sent)
    answer = desk.post(where, sent)
    assert answer.status_code == 409
    assert "sudah disetujui oleh Kepala Contoh" in text(answer)


def test_phone_decision_offers_delegates_but_not_the_applicant(desk: Client) -> None:
    delegate = accounts.delegate(name="Pengganti Contoh")
    row = made.validated(
        made.submitted(accounts.approver(name="Pemohon", applicant_kind="ASSESSMENT"))
    )
    page = text(desk.get(url("request_phone_decision", row.pk)))
    choices = page[page.index("Pilih nama") : page.index("Tanggal telepon")]
    assert delegate.name in choices
    assert row.applicant.name not in choices.split()
