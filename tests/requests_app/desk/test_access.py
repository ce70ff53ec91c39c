from __future__ import annotations

from django.contrib.auth.hashers import check_password
from django.test import Client

from cctvportal.accounts.models import User
from requests_app.enums import RequestState
from requests_app.models import KeyHandout
from requests_app.services.keys import hand_key
from tests.factories import requests_app as made
from tests.factories.devices import RoomKeyFactory
from tests.requests_app.desk.pages import follow, secret, text, url


def test_issue_page_shows_nothing_before_the_button(desk: Client) -> None:
    row = made.approved()
    answer = desk.get(url("request_issue", row.pk))
    assert secret(answer) == ""
    row.refresh_from_db()
    assert row.state == RequestState.APPROVED


def test_issue_answers_with_the_passphrase_once(desk: Client) -> None:
    row = made.approved()
    answer = desk.post(url("request_issue", row.pk))
    shown = secret(answer)
    assert check_password(shown, row.issuances.get().passphrase_hash)
    assert "no-store" in answer["Cache-Control"]
    again = desk.get(url("request_issue", row.pk))
    assert secret(again) == ""
    assert "Sandi sudah diberikan oleh Petugas Contoh" in text(again)
    assert shown not in str(dict(desk.session))


def test_issue_pressed_twice_tells_who_was_first(desk: Client) -> None:
    row = made.approved()
    desk.post(url("request_issue", row.pk))
    answer = desk.post(url("request_issue", row.pk))
    assert answer.status_code == 409
    assert "sudah diberi sandi dan kunci oleh Petugas Contoh" in text(answer)
    assert row.issuances.count() == 1


def test_issue_waits_for_the_confirmation_of_a_phone_call(desk: Client) -> None:
    row = made.approved_by_phone()
    assert "belum dipastikan" in text(desk.get(url("request_issue", row.pk)))
    answer = desk.post(url("request_issue", row.pk))
    assert "Keputusan lewat telepon belum dipastikan." in text(answer)
    assert not row.issuances.exists()


def test_issue_page_of_an_ended_request_leads_back(desk: Client) -> None:
    row = made.withdrawn()
    said = follow(desk, desk.get(url("request_issue", row.pk)))
    assert "Langkah itu tidak tersedia sekarang. Permohonan ini: Ditarik pemohon." in said


def test_reissue_closes_the_old_passphrase(desk: Client) -> None:
    row = made.issued()
    assert "langsung tidak dapat dipakai lagi" in text(desk.get(url("request_reissue", row.pk)))
    shown = secret(desk.post(url("request_reissue", row.pk)))
    live = row.issuances.get(revoked_at=None)
    assert check_password(shown, live.passphrase_hash)
    assert row.issuances.count() == 2


def test_key_out_is_written_down(desk: Client) -> None:
    row, key = made.issued(), RoomKeyFactory(label="RR-1")
    assert "Di lemari kunci" in text(desk.get(url("request_key_out", row.pk)))
    answer = desk.post(url("request_key_out", row.pk), {"key": key.pk})
    assert "Kunci RR-1 dicatat keluar." in follow(desk, answer)
    assert row.handouts.get().key == key


def test_key_out_without_a_choice_asks_for_one(desk: Client) -> None:
    row = made.issued()
    RoomKeyFactory()
    assert "Pilih kunci yang Anda serahkan." in text(desk.post(url("request_key_out", row.pk)))


def test_key_out_of_a_key_that_is_out_names_the_holder(desk: Client, officer: User) -> None:
    key, holder, row = RoomKeyFactory(label="RR-2"), made.issued(), made.issued()
    hand_key(holder, key=key, by=officer)
    answer = desk.post(url("request_key_out", row.pk), {"key": key.pk})
    assert answer.status_code == 409
    assert f"sedang dipegang {holder.applicant.name}" in text(answer)
    assert KeyHandout.objects.count() == 1


def test_key_out_offers_only_what_hangs_in_the_cabinet(desk: Client, officer: User) -> None:
    hand_key(made.issued(), key=RoomKeyFactory(label="RR-4"), by=officer)
    where = url("request_key_out", made.issued().pk)
    assert "Semua kunci sedang keluar." in text(desk.get(where))
    kept = RoomKeyFactory(label="RR-5")
    page = desk.get(where).content.decode()
    assert page.count('type="radio"') == 1
    assert f'value="{kept.pk}"' in page


def test_key_in_and_once_more(desk: Client, officer: User) -> None:
    handout = hand_key(made.issued(), key=RoomKeyFactory(label="RR-3"), by=officer)
    assert "RR-3" in text(desk.get(url("keys")))
    where = url("request_key_in", handout.pk)
    assert "sudah Anda terima dari" in text(desk.get(where))
    assert "Kunci RR-3 dicatat kembali." in follow(desk, desk.post(where))
    again = desk.post(where)
    assert again.status_code == 409
    assert "sudah diterima Petugas Contoh" in text(again)
    assert "Kunci ini sudah diterima" in text(desk.get(where))


def test_keys_of_an_empty_board_say_what_to_do(desk: Client) -> None:
    assert "Belum ada kunci yang terdaftar." in text(desk.get(url("keys")))


def test_close_ends_the_access(desk: Client) -> None:
    row = made.issued()
    assert "Akhiri akses tanpa merekam?" in text(desk.get(url("request_close", row.pk)))
    assert "Akses diakhiri." in follow(desk, desk.post(url("request_close", row.pk)))
    row.refresh_from_db()
    assert row.state == RequestState.CLOSED
    assert desk.post(url("request_close", row.pk)).status_code == 409


def test_close_waits_for_the_key(desk: Client, officer: User) -> None:
    row = made.issued()
    hand_key(row, key=RoomKeyFactory(), by=officer)
    answer = desk.post(url("request_close", row.pk))
    assert "Terima kembali kuncinya dahulu." in text(answer)
