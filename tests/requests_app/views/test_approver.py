from __future__ import annotations

import pytest

from cctvportal.accounts.enums import ApplicantKind
from requests_app.models import AccessRequest, Decision
from requests_app.services.erase import request_erasure
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


def everything(row: AccessRequest) -> dict[str, object]:
    """The approval as the page shows it, unchanged."""
    page = logged_in(approver()).get(f"/keputusan/{row.pk}/setujui/")
    form = page.context["form"]
    return {
        "cameras": form.initial["cameras"],
        "start": form.initial["start"].isoformat(sep=" "),
        "end": form.initial["end"].isoformat(sep=" "),
    }


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
    assert "Benarkah ini keputusan Anda?" in client.get(f"/keputusan/{row.pk}/telepon/").text
    client.post(f"/keputusan/{row.pk}/telepon/")
    assert Decision.objects.get().confirmed_at is not None


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
