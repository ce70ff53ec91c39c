from __future__ import annotations

import pytest

from requests_app.models import AccessRequest, KeyHandout
from requests_app.services.close import revoke
from requests_app.services.hand_over import hand_over
from requests_app.services.keys import (
    confirm_key_received,
    confirm_key_returned,
    hand_key,
    take_key_back,
)
from tests.factories import requests_app as make
from tests.factories.accounts import applicant, approver, auditor, it_admin, officer
from tests.factories.devices import RoomKeyFactory
from tests.requests_app.views.test_ask import logged_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", make.IN_STATE)
def test_every_state_has_a_page_with_its_word(state: str) -> None:
    row = make.IN_STATE[state]()  # type: ignore[index] # a StrEnum's member is its text
    page = logged_in(row.applicant).get(f"/permohonan/{row.pk}/")
    assert row.status.word in page.text


def test_who_sees_the_page_of_a_request() -> None:
    row = make.issued()
    for person in (approver(), officer(), auditor()):
        assert logged_in(person).get(f"/permohonan/{row.pk}/").status_code == 200
    for person in (applicant(), it_admin()):
        assert logged_in(person).get(f"/permohonan/{row.pk}/").status_code == 404


def test_home_leads_each_role_to_its_work() -> None:
    assert logged_in(applicant()).get("/").headers["Location"] == "/permohonan/"
    assert logged_in(approver()).get("/").headers["Location"] == "/keputusan/"
    assert logged_in(officer()).get("/").headers["Location"].startswith("/admin/")
    assert logged_in(it_admin()).get("/").headers["Location"] == "/admin/"


@pytest.mark.parametrize("count", [1, 3])
def test_home_lists_what_waits_what_runs_and_what_is_over(count: int) -> None:
    person = applicant()
    for _ in range(count):
        make.submitted(person)
    page = logged_in(person).get("/permohonan/")
    assert page.text.count("Menunggu keputusan") == count


def test_withdraw_asks_first_and_then_does() -> None:
    row = make.submitted()
    client = logged_in(row.applicant)
    assert "Tarik permohonan ini?" in client.get(f"/permohonan/{row.pk}/tarik/").text
    assert AccessRequest.objects.get(pk=row.pk).state == "SUBMITTED"
    client.post(f"/permohonan/{row.pk}/tarik/", {"reason": "Batal"})
    assert AccessRequest.objects.get(pk=row.pk).state == "WITHDRAWN"


def test_withdraw_after_the_decision_is_a_page_that_says_who_decided() -> None:
    head = approver()
    row = make.approved(by=head)
    page = logged_in(row.applicant).post(f"/permohonan/{row.pk}/tarik/")
    assert page.status_code == 409
    assert f'href="/permohonan/{row.pk}/"' in page.text
    assert "Putuskan lagi" not in page.text
    assert f"sudah disetujui oleh {head.name}" in page.text


def test_oral_request_is_confirmed_by_the_own_login_only() -> None:
    row = make.oral()
    assert logged_in(approver()).post(f"/permohonan/{row.pk}/pastikan/").status_code == 404
    client = logged_in(row.applicant)
    assert "benar dari Anda" in client.get(f"/permohonan/{row.pk}/pastikan/").text
    client.post(f"/permohonan/{row.pk}/pastikan/")
    row.refresh_from_db()
    assert not row.needs_confirmation
    again = client.post(f"/permohonan/{row.pk}/pastikan/")
    assert "sudah Anda pastikan" in again.text


def test_key_is_confirmed_on_both_ways() -> None:
    row = make.issued()
    out = hand_key(row, key=RoomKeyFactory(), by=officer())
    client = logged_in(row.applicant)
    assert f"Pastikan menerima kunci {out.key.label}" in client.get(f"/permohonan/{row.pk}/").text
    client.post(f"/permohonan/kunci/{out.pk}/")
    assert KeyHandout.objects.get().received_confirmed_at is not None
    page = client.post(f"/permohonan/kunci/{out.pk}/")
    assert "Petugas belum mencatat" in page.text
    assert logged_in(applicant()).get(f"/permohonan/kunci/{out.pk}/").status_code == 404


def test_key_that_is_still_out_after_the_end_is_asked_back() -> None:
    row, clerk = make.issued(), officer()
    out = hand_key(row, key=RoomKeyFactory(label="K-77"), by=clerk)
    confirm_key_received(out, by=row.applicant)
    client = logged_in(row.applicant)
    assert "Kembalikan kunci K-77" not in client.get(f"/permohonan/{row.pk}/").text
    revoke(row, reason="Dibatalkan", by=approver())
    for path in ("/permohonan/", f"/permohonan/{row.pk}/"):
        assert "Kembalikan kunci K-77 paling lambat" in client.get(path).text
    assert logged_in(approver()).get(f"/permohonan/{row.pk}/").context["next"] is None
    take_key_back(out, by=clerk)
    listed = client.get("/permohonan/").text
    assert f'href="/permohonan/kunci/{out.pk}/"' in listed
    confirm_key_returned(out, by=row.applicant)
    assert "K-77" not in client.get("/permohonan/").text


def test_key_to_be_confirmed_stands_in_what_comes_next() -> None:
    row = make.issued()
    out = hand_key(row, key=RoomKeyFactory(), by=officer())
    page = logged_in(row.applicant).get(f"/permohonan/{row.pk}/").text
    block = page[page.index('class="cp-next"') : page.index('id="perjalanan"')]
    assert f"Pastikan menerima kunci {out.key.label}" in block
    assert page.count(f"/permohonan/kunci/{out.pk}/") == 1


def test_disk_is_received_with_the_statement() -> None:
    row = make.exported()
    hand_over(row, by=officer())
    client = logged_in(row.applicant)
    page = client.post(f"/permohonan/{row.pk}/terima/", {})
    assert "Centang pernyataan kerahasiaan" in page.text
    client.post(f"/permohonan/{row.pk}/terima/", {"agrees": "on"})
    assert AccessRequest.objects.get(pk=row.pk).state == "HANDED_OVER"


def test_access_is_given_back() -> None:
    row = make.issued()
    logged_in(row.applicant).post(f"/permohonan/{row.pk}/kembalikan/")
    assert AccessRequest.objects.get(pk=row.pk).state == "CLOSED"
