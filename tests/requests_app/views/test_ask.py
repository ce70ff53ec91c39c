from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from cctvportal.audit.models import Entry
from cctvportal.common.clock import WIB, now
from devices.models import Camera
from requests_app.models import AccessRequest
from requests_app.services.draft import Answers, edit_draft
from tests.factories import requests_app as make
from tests.factories.accounts import applicant, approver, it_admin, officer
from tests.factories.devices import CameraFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data_dir")]
ACTIVITY = {"activity": "Uji kompetensi", "legal_basis": "Surat tugas 1"}
CONTACT = {
    "validator_name": "Ketua",
    "validator_position": "Ketua panitia",
    "validator_phone": "0274 000 001",
}


@pytest.fixture
def camera() -> Camera:
    camera = CameraFactory()
    make.footage(camera, make.yesterday())
    return camera


def camera_answers(camera: Camera) -> dict[str, object]:
    begin = camera.segments.get().started_at
    assert begin is not None
    start = begin.astimezone(WIB)
    end = start + timedelta(minutes=10)
    return {
        "date": start.date(),
        "preset": "lain",
        "starts_at": f"{start:%H:%M:%S}",
        "ends_at": f"{end:%H:%M:%S}",
        "next_day": "on" if end.date() > start.date() else "",
        "cameras": [camera.pk],
    }


def logged_in(person: object) -> Client:
    client = Client()
    client.force_login(person)  # type: ignore[arg-type] # a factory's product
    return client


def test_a_whole_request_page_by_page(camera: Camera) -> None:
    client = logged_in(applicant())
    assert client.get("/permohonan/ajukan/").status_code == 200
    assert not AccessRequest.objects.exists()
    answer = client.post("/permohonan/ajukan/", {**ACTIVITY, "letter": make.letter()})
    draft = AccessRequest.objects.get()
    assert answer.headers["Location"] == f"/permohonan/{draft.pk}/isi/kamera/"
    page = client.get(answer.headers["Location"])
    assert camera.name in page.text
    answer = client.post(page.request["PATH_INFO"], camera_answers(camera))
    assert answer.headers["Location"] == f"/permohonan/{draft.pk}/isi/kontak/"
    answer = client.post(answer.headers["Location"], CONTACT)
    check = client.get(answer.headers["Location"])
    assert "surat tugas.pdf" in check.text
    assert f"{camera.name}: lengkap" in check.text
    answer = client.post(check.request["PATH_INFO"])
    sent = client.get(answer.headers["Location"])
    draft.refresh_from_db()
    assert str(draft.number) in sent.text
    assert client.get("/permohonan/").text.count(str(draft.number)) == 1


def test_looking_at_another_day_saves_nothing_and_keeps_what_was_typed(camera: Camera) -> None:
    row = make.draft()
    client = logged_in(row.applicant)
    day = now().astimezone(WIB).date() - timedelta(days=2)
    page = client.post(
        f"/permohonan/{row.pk}/isi/kamera/",
        {**camera_answers(camera), "date": day, "look": "1"},
    )
    assert f'value="{day}"' in page.text
    kept = AccessRequest.objects.get(pk=row.pk)
    assert (kept.starts_at, kept.version) == (row.starts_at, row.version)


def test_wrong_answers_are_named_at_their_field_and_kept(camera: Camera) -> None:
    row = make.draft()
    client = logged_in(row.applicant)
    url = f"/permohonan/{row.pk}/isi/kamera/"
    page = client.post(url, {**camera_answers(camera), "starts_at": "10:00", "ends_at": "09:00"})
    assert "Waktu selesai harus sesudah waktu mulai." in page.text
    assert 'value="10:00' in page.text
    page = client.post(url, {**camera_answers(camera), "starts_at": "", "cameras": []})
    assert "Isi waktu mulai" in page.text
    assert "Pilih paling sedikit satu kamera." in page.text


def test_a_letter_of_the_wrong_kind_leaves_the_rest_of_the_answers() -> None:
    row = make.draft()
    client = logged_in(row.applicant)
    page = client.post(
        f"/permohonan/{row.pk}/isi/kegiatan/", {**ACTIVITY, "letter": make.letter(b"MZ")}
    )
    assert "PDF, JPG, atau PNG" in page.text
    assert 'value="Uji kompetensi"' in page.text


def test_an_incomplete_draft_is_not_sent_and_says_what_is_missing() -> None:
    row = make.draft(activity="")
    page = logged_in(row.applicant).post(f"/permohonan/{row.pk}/periksa/")
    assert "Tulis kegiatan" in page.text
    assert AccessRequest.objects.get(pk=row.pk).number is None


def test_hours_to_come_are_not_called_missing(camera: Camera) -> None:
    row = make.draft()
    tomorrow = now().astimezone(WIB).date() + timedelta(days=1)
    page = logged_in(row.applicant).post(
        f"/permohonan/{row.pk}/isi/kamera/",
        {**camera_answers(camera), "date": tomorrow, "look": "1"},
    )
    assert "<span>belum</span>" in page.text
    assert "<span>tidak ada</span>" not in page.text


def test_sent_twice_is_sent_once() -> None:
    row = make.draft()
    client = logged_in(row.applicant)
    assert client.post(f"/permohonan/{row.pk}/periksa/").status_code == 302
    again = client.post(f"/permohonan/{row.pk}/periksa/", follow=True)
    assert again.redirect_chain == [(f"/permohonan/{row.pk}/terkirim/", 302)]
    assert "Permohonan sudah terkirim." in again.text
    assert AccessRequest.objects.get(pk=row.pk).transitions.count() == 1


@pytest.mark.parametrize("path", ["isi/kamera", "periksa", "buang"])
def test_the_back_button_after_sending_shows_the_request(path: str) -> None:
    row, older = make.submitted(), make.issued()
    for sent, page in (
        (row, f"/permohonan/{row.pk}/terkirim/"),
        (older, f"/permohonan/{older.pk}/"),
    ):
        client = logged_in(sent.applicant)
        answer = client.get(f"/permohonan/{sent.pk}/{path}/")
        assert answer.headers["Location"] == page
        assert "sudah terkirim" in client.get(page).text
        assert logged_in(approver()).get(f"/permohonan/{sent.pk}/{path}/").status_code == 404


def test_a_letter_of_the_wrong_kind_begins_no_draft() -> None:
    client = logged_in(applicant())
    page = client.post("/permohonan/ajukan/", {**ACTIVITY, "letter": make.letter(b"MZ")})
    assert "PDF, JPG, atau PNG yang dapat dibuka" in page.text
    assert 'value="Uji kompetensi"' in page.text
    assert 'value="Surat tugas 1"' in page.text
    assert not AccessRequest.objects.exists()


def test_a_good_letter_beside_a_wrong_answer_must_be_chosen_again() -> None:
    client = logged_in(applicant())
    page = client.post("/permohonan/ajukan/", {"activity": "", "letter": make.letter()})
    assert "Pilih lagi suratnya" in page.text


def test_a_range_that_cannot_be_sent_is_refused_where_it_is_chosen(camera: Camera) -> None:
    row = make.draft()
    client, url = logged_in(row.applicant), f"/permohonan/{row.pk}/isi/kamera/"
    today = now().astimezone(WIB).date()
    empty = {**camera_answers(camera), "date": today - timedelta(days=9)}
    page = client.post(url, empty)
    assert '<a href="#id_cameras_0">Tidak ada rekaman dari kamera ini' in page.text
    ahead = {**camera_answers(camera), "date": today + timedelta(days=9)}
    page = client.post(url, ahead)
    assert '<a href="#id_ends_at">Asesmen dapat diajukan paling awal 72 jam' in page.text
    kept = AccessRequest.objects.get(pk=row.pk)
    assert (kept.starts_at, kept.version) == (row.starts_at, row.version)


def test_what_stops_the_sending_leads_to_the_page_where_it_is_answered() -> None:
    row = make.draft()
    begin = make.yesterday() - timedelta(days=3)
    gone = Answers(starts_at=begin, ends_at=begin + timedelta(hours=1))
    edit_draft(row, answers=gone, by=row.applicant)
    page = logged_in(row.applicant).post(f"/permohonan/{row.pk}/periksa/")
    way = f"/permohonan/{row.pk}/isi/kamera/?check=1#id_cameras_0"
    assert f'<a href="{way}">Tidak ada rekaman' in page.text


@pytest.mark.parametrize("number", ["0274 000 001", "+62 (274) 555-010", "081234567890"])
def test_a_number_that_can_be_dialled_is_kept(number: str) -> None:
    row = make.draft()
    url = f"/permohonan/{row.pk}/isi/kontak/"
    logged_in(row.applicant).post(url, {**CONTACT, "validator_phone": number})
    assert AccessRequest.objects.get(pk=row.pk).validator_phone == number


@pytest.mark.parametrize("number", ["1", "telepon saja", "0274 000 001 x 2", "1234567890123456"])
def test_a_number_that_cannot_be_dialled_is_named(number: str) -> None:
    row = make.draft()
    url = f"/permohonan/{row.pk}/isi/kontak/"
    page = logged_in(row.applicant).post(url, {**CONTACT, "validator_phone": number})
    assert "Nomor telepon terdiri dari 8 sampai 15 angka" in page.text


@pytest.mark.parametrize("path", ["isi/kamera", "periksa", "buang", "surat", "terkirim"])
def test_a_foreign_draft_does_not_exist(path: str) -> None:
    row = make.draft()
    for stranger in (applicant(), approver(), officer(), it_admin()):
        assert logged_in(stranger).get(f"/permohonan/{row.pk}/{path}/").status_code == 404
    login = Client().get(f"/permohonan/{row.pk}/{path}/")
    assert login.headers["Location"].startswith("/akun/masuk/")


def test_discarding_removes_the_draft_and_its_letter(data_dir: Path) -> None:
    row = make.draft()
    client = logged_in(row.applicant)
    assert client.get(f"/permohonan/{row.pk}/buang/").status_code == 200
    client.post(f"/permohonan/{row.pk}/buang/")
    assert not AccessRequest.objects.exists()


def test_the_letter_is_saved_and_never_shown_in_the_page() -> None:
    person = applicant()
    client = logged_in(person)
    client.post("/permohonan/ajukan/", {**ACTIVITY, "letter": make.letter(name="a\r\nb.pdf")})
    row = AccessRequest.objects.get()
    answer = client.get(f"/permohonan/{row.pk}/surat/")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert b"".join(answer) == make.PDF
    assert "\n" not in answer.headers["Content-Disposition"]
    entry = Entry.objects.get(action="paper.downloaded")
    assert (entry.actor, entry.subject_id) == (person, str(row.pk))
    assert entry.facts["paper"] == "letter"


@pytest.mark.parametrize(("second", "shown"), [(0, "08:00"), (5, "08:00:05")])
def test_the_times_of_a_draft_stand_in_their_controls_as_html_wants_them(
    second: int, shown: str
) -> None:
    row = make.draft(
        start=make.yesterday().astimezone(WIB).replace(hour=8, minute=0, second=second)
    )
    page = logged_in(row.applicant).get(f"/permohonan/{row.pk}/isi/kamera/")
    assert f'value="{shown}"' in page.text
