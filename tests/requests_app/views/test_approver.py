from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django import Settings

from cctvportal.accounts.enums import ApplicantKind
from cctvportal.common.clock import WIB
from recordings.models.export import ExportCamera
from requests_app.enums import Outcome
from requests_app.models import AccessRequest, Decision
from requests_app.services.erase import request_erasure
from requests_app.services.validate import record_validation
from tests.factories import requests_app as make
from tests.factories.accounts import applicant, approver, auditor, delegate, it_admin, officer
from tests.requests_app.views.test_ask import logged_in

pytestmark = pytest.mark.django_db
PAGES = ["", "setujui/", "tolak/"]


def state(row: AccessRequest) -> str:
    return AccessRequest.objects.get(pk=row.pk).state


def test_inbox_holds_what_waits_for_this_person() -> None:
    head = approver()
    row, phoned, gone = make.submitted(), make.approved_by_phone(head=head), make.handed_over()
    request_erasure(gone, typed=str(gone.number), by=officer())
    page = logged_in(head).get("/keputusan/")
    for waiting in (row, phoned, gone):
        assert str(waiting.number) in page.text
    assert str(phoned.number) not in logged_in(approver()).get("/keputusan/").text


def test_decide_calls_first_then_approves_with_less() -> None:
    row, client = make.submitted(cameras=2), logged_in(approver())
    url = f"/keputusan/{row.pk}/"
    page = client.get(url)
    assert f"Izinkan {row.applicant.name}" in page.text
    assert "tel:0274000001" in page.text
    assert "Hubungi dahulu" in client.post(f"{url}setujui/", everything(row)).text
    answer = client.post(url, {"name": row.validator_name, "outcome": "CONFIRMED"})
    assert answer.headers["Location"] == url
    assert "Membenarkan kegiatan ini" in client.get(url).text
    less = {**everything(row), "cameras": [row.cameras.all()[0].camera_id], "note": "Cukup satu"}
    answer = client.post(f"{url}setujui/", less)
    assert answer.headers["Location"] == f"/permohonan/{row.pk}/"
    decided = AccessRequest.objects.get(pk=row.pk)
    assert decided.cameras.filter(approved=True).count() == 1
    assert (decided.approved_start, decided.approved_end) == (row.starts_at, row.ends_at)


@pytest.mark.parametrize("path", ["setujui/", "tolak/"])
def test_before_any_call_the_decision_has_no_button_but_the_way_to_the_call(path: str) -> None:
    row, client = make.submitted(), logged_in(approver())
    for page in (
        client.get(f"/keputusan/{row.pk}/{path}"),
        client.post(f"/keputusan/{row.pk}/{path}"),
    ):
        assert f'href="/keputusan/{row.pk}/#telepon"' in page.text
        assert 'type="submit">Setujui' not in page.text
        assert 'type="submit">Tolak' not in page.text
        assert "Hubungi dahulu" in page.text
    record_validation(row, name="Ketua", outcome=Outcome.UNREACHABLE, by=approver())
    said = client.get(f"/keputusan/{row.pk}/{path}").text
    assert ("Belum ada yang dapat dihubungi" in said) == (path == "setujui/")


def test_a_denied_call_is_told_and_wants_a_reason_to_approve() -> None:
    row, client = make.submitted(), logged_in(approver())
    url = f"/keputusan/{row.pk}/"
    client.post(url, {"name": row.validator_name, "outcome": "DENIED"})
    page = client.get(url).text
    assert "tidak membenarkan kegiatan ini. Menyetujuinya perlu alasan tertulis." in page
    assert 'class="is-bad"' in page
    given = everything(row)
    page = client.post(f"{url}setujui/", given).text
    assert "Tulis mengapa tetap disetujui, atau tolak permohonan ini." in page
    assert state(row) == "SUBMITTED"
    why = "Ketua panitia keliru membaca jadwal"
    client.post(f"{url}setujui/", {**given, "despite": why})
    assert Decision.objects.get().despite == why
    assert why in client.get(f"/permohonan/{row.pk}/").text


def test_lead_in_is_told_before_the_decision() -> None:
    row = make.submitted()
    page = logged_in(approver()).get(f"/keputusan/{row.pk}/").text
    assert "Rekaman mulai sedikit lebih awal, paling banyak satu jarak" in page


def everything(row: AccessRequest) -> dict[str, object]:
    """The approval as the page shows it, unchanged."""
    page = logged_in(approver()).get(f"/keputusan/{row.pk}/setujui/")
    form = page.context["form"]
    return {
        "cameras": form.initial["cameras"],
        **{name: str(form.initial[name]) for name in ("start", "start_time", "end", "end_time")},
    }


def test_approve_of_a_shorter_time_asks_day_and_hour_apart() -> None:
    row, client = make.validated(), logged_in(approver())
    url = f"/keputusan/{row.pk}/setujui/"
    page = client.get(url)
    assert "datetime-local" not in page.text
    assert "Sampai, jam dalam WIB" in page.text
    assert row.ends_at is not None
    later = (row.ends_at + timedelta(minutes=1)).astimezone(WIB)
    beyond = {**everything(row), "end": later.date(), "end_time": f"{later:%H:%M:%S}"}
    assert "harus di dalam waktu yang diminta" in client.post(url, beyond).text
    early = (row.ends_at - timedelta(minutes=1)).astimezone(WIB)
    client.post(url, {**everything(row), "end": early.date(), "end_time": f"{early:%H:%M:%S}"})
    assert AccessRequest.objects.get(pk=row.pk).approved_end == early


def test_refuse_wants_a_reason_and_keeps_the_page() -> None:
    row, client = make.validated(), logged_in(approver())
    page = client.post(f"/keputusan/{row.pk}/tolak/", {"reason": ""})
    assert "Tulis alasannya" in page.text
    client.post(f"/keputusan/{row.pk}/tolak/", {"reason": "Tidak sesuai tugas"})
    assert state(row) == "REFUSED"


@pytest.mark.parametrize("path", PAGES)
def test_looking_decides_nothing(path: str) -> None:
    row = make.validated()
    assert logged_in(approver()).get(f"/keputusan/{row.pk}/{path}").status_code == 200
    assert state(row) == "SUBMITTED"
    assert not Decision.objects.exists()


@pytest.mark.parametrize("path", PAGES)
def test_decided_already_is_told_who_and_when(path: str) -> None:
    head = approver()
    row = make.approved(by=head)
    answer = logged_in(approver()).get(f"/keputusan/{row.pk}/{path}")
    assert answer.status_code == 409
    assert f"sudah disetujui oleh {head.name}" in answer.text


@pytest.mark.parametrize("path", PAGES)
def test_own_request_and_other_roles_find_nothing(path: str) -> None:
    head = approver(applicant_kind=ApplicantKind.ASSESSMENT)
    own, row = make.submitted(head), make.submitted()
    assert logged_in(head).get(f"/keputusan/{own.pk}/{path}").status_code == 404
    for person in (applicant(), officer(), auditor(), it_admin()):
        assert logged_in(person).get(f"/keputusan/{row.pk}/{path}").status_code == 404
    assert logged_in(delegate()).get(f"/keputusan/{row.pk}/{path}").status_code == 200


def test_phone_decision_is_confirmed_by_the_one_named() -> None:
    head = approver()
    row = make.approved_by_phone(head=head)
    assert logged_in(approver()).get(f"/keputusan/{row.pk}/telepon/").status_code == 404
    client = logged_in(head)
    page = client.get(f"/keputusan/{row.pk}/telepon/").text
    assert "Benarkah ini keputusan Anda?" in page
    assert "Yang diberi izin" in page
    assert f'<a href="/keputusan/{row.pk}/cabut/">Bukan keputusan saya: cabut izin</a>' in page
    client.post(f"/keputusan/{row.pk}/telepon/")
    assert Decision.objects.get().confirmed_at is not None


def test_phone_refusal_is_confirmed_in_the_words_of_a_refusal() -> None:
    head = approver()
    row = make.told_by_phone(make.validated(), head, reason="Tidak sesuai tugas")
    page = logged_in(head).get(f"/keputusan/{row.pk}/telepon/").text
    assert "Tidak sesuai tugas" in page
    for wrong in ("Yang diberi izin", "izin ini gugur", "cabut izin"):
        assert wrong not in page


def test_erasure_is_agreed_to_with_everything_in_sight(settings: Settings) -> None:
    settings.ERASURE_WAIT_SECONDS = 7200
    clerk = officer(name="Petugas Contoh")
    row = make.handed_over(by=clerk)
    export = row.hand_over.export
    camera = row.cameras.get().camera
    ExportCamera.objects.create(export=export, camera=camera)
    request_erasure(row, typed=str(row.number), by=clerk)
    page = logged_in(approver()).get(f"/keputusan/{row.pk}/pemusnahan/").text
    part = camera.segments.get()
    first = part.started_at.astimezone(WIB) if part.started_at else None
    for fact in (
        camera.name,
        "1 potongan",
        f"Potongan di tepi ikut utuh: seluruhnya dari {first:%H.%M.%S}",
        f"Isi {export.medium.label} dibaca ulang dan sama dengan sumber",
        f"{export.medium.label} diserahkan kepada {row.applicant.name}",
        "Tidak ada penahanan atau permohonan lain",
        "2 jam sejak Anda menyetujuinya",
        "Petugas Contoh",
        f"Salinan pada hard disk {export.medium.label}",
    ):
        assert fact in page
    assert "Yang diberi izin" not in page


def test_revoke_and_erasure_ask_first() -> None:
    row, gone, client = make.issued(), make.handed_over(), logged_in(approver())
    request_erasure(gone, typed=str(gone.number), by=officer())
    assert "Cabut izin ini?" in client.get(f"/keputusan/{row.pk}/cabut/").text
    client.post(f"/keputusan/{row.pk}/cabut/", {"reason": "Dibatalkan"})
    assert state(row) == "REVOKED"
    assert "dimusnahkan" in client.get(f"/keputusan/{gone.pk}/pemusnahan/").text
    client.post(f"/keputusan/{gone.pk}/pemusnahan/")
    gone.refresh_from_db()
    assert gone.second_person is not None


def test_all_requests_are_found_by_word_and_state_and_never_drafts() -> None:
    row, other, draft = make.submitted(activity="Uji contoh"), make.issued(), make.draft()
    for person in (approver(), auditor()):
        page = logged_in(person).get("/permohonan/semua/")
        assert [each["request"].pk for each in page.context["rows"]] == [other.pk, row.pk]
    client = logged_in(approver())
    found = client.get("/permohonan/semua/", {"q": "uji contoh"}).context["rows"]
    assert [each["request"].pk for each in found] == [row.pk]
    found = client.get("/permohonan/semua/", {"state": "ISSUED"}).context["rows"]
    assert [each["request"].pk for each in found] == [other.pk]
    assert logged_in(draft.applicant).get("/permohonan/semua/").status_code == 404
    for other_desk in (it_admin(), officer()):
        assert logged_in(other_desk).get("/permohonan/semua/").status_code == 404


def test_books_and_menu_are_named_for_the_approver() -> None:
    head, clerk = logged_in(approver()), logged_in(officer())
    page = head.get("/keputusan/").text
    bar = page[page.index('class="cp-nav"') :]
    assert 'href="/buku/"' in bar[: bar.index("</nav>")]
    assert head.get("/buku/").headers["Location"] == "/buku/akses/"
    books = head.get("/buku/akses/").text
    assert "Menu petugas" not in books
    assert 'aria-label="Menu"' in books
    books = clerk.get("/buku/akses/").text
    assert "Menu petugas" in books
    assert 'href="/buku/"' not in books
