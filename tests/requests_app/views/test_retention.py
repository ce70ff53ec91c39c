from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cctvportal.jobs.models import Job
from cctvportal.jobs.services import run
from recordings.enums import ChangeState
from recordings.models import PolicyChange, RecordingPlan
from tests.factories import retention as made
from tests.factories.accounts import applicant, approver, auditor, it_admin, officer
from tests.factories.recordings import PlanFactory, PolicyFactory
from tests.requests_app.desk.pages import text
from tests.requests_app.views.test_ask import logged_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(data_dir: object) -> RecordingPlan:
    row: RecordingPlan = PlanFactory(policy=PolicyFactory(name="Keamanan halaman"))
    made.kept(row, 20)
    return row


@pytest.fixture
def change(plan: RecordingPlan) -> PolicyChange:
    return made.shorter(plan, by=officer(name="Petugas Contoh"))


def where(change: PolicyChange, step: str = "") -> str:
    return f"/masa-simpan/{change.pk}/{step}"


def test_the_approver_finds_it_in_the_inbox_and_agrees_on_one_screen(
    change: PolicyChange, plan: RecordingPlan
) -> None:
    client = logged_in(approver())
    inbox = client.get("/keputusan/")
    assert "Keamanan halaman: 30 hari menjadi 7 hari" in text(inbox)
    assert where(change, "setujui/") in inbox.content.decode()
    page = text(client.get(where(change, "setujui/")))
    for said in (
        f"{plan.camera.name}: terhapus 1 potongan",
        made.REASON,
        made.BASIS,
        "Petugas Contoh",
    ):
        assert said in page
    answer = client.post(where(change, "setujui/"), follow=True)
    assert "Perubahan disetujui." in text(answer)
    assert "Dalam masa tunggu" in text(answer)
    assert "menunggu persetujuan" not in text(client.get("/keputusan/"))


def test_what_goes_is_counted_anew_when_the_approver_looks(
    change: PolicyChange, plan: RecordingPlan
) -> None:
    made.kept(plan, 15)
    page = text(logged_in(approver()).get(where(change, "setujui/")))
    assert f"{plan.camera.name}: terhapus 2 potongan" in page


def test_too_late_is_told_with_who_was_first(change: PolicyChange) -> None:
    made.agreed(change, by=approver(name="Kepala Contoh"))
    answer = logged_in(approver()).get(where(change, "setujui/"))
    assert answer.status_code == 409
    assert "sudah disetujui Kepala Contoh" in text(answer)


@pytest.mark.parametrize("person", [officer, approver])
def test_it_is_cancelled_from_its_page(change: PolicyChange, person: Any) -> None:
    client = logged_in(person())
    assert where(change, "batal/") in client.get(where(change)).content.decode()
    answer = client.post(where(change, "batal/"), follow=True)
    assert "Perubahan dibatalkan." in text(answer)
    change.refresh_from_db()
    assert change.state == ChangeState.CANCELLED
    assert where(change, "batal/") not in client.get(where(change)).content.decode()


def test_looking_changes_nothing(change: PolicyChange) -> None:
    client = logged_in(approver())
    for step in ("setujui/", "batal/"):
        client.get(where(change, step))
    change.refresh_from_db()
    assert change.state == ChangeState.REQUESTED


@pytest.mark.parametrize(
    ("person", "status"),
    [(officer, 200), (approver, 200), (auditor, 200), (it_admin, 200), (applicant, 404)],
)
def test_who_reads(change: PolicyChange, person: Any, status: int) -> None:
    client = logged_in(person())
    assert client.get("/masa-simpan/").status_code == status
    assert client.get(where(change)).status_code == status


def test_readers_see_no_way_to_change(change: PolicyChange) -> None:
    for person in (auditor(), it_admin()):
        client = logged_in(person)
        pages = client.get("/masa-simpan/").text + client.get(where(change)).text
        for way in ("/admin/masa-simpan/", "setujui/", "batal/"):
            assert way not in pages
        assert client.post(where(change, "setujui/")).status_code == 404


def test_the_overview_names_term_ground_and_cameras(plan: RecordingPlan) -> None:
    page = text(logged_in(officer()).get("/masa-simpan/"))
    for said in ("Keamanan halaman", "30 hari", plan.legal_basis, plan.camera.name, "Pindahkan"):
        assert said in page


def test_one_that_is_in_force_says_since_when(change: PolicyChange) -> None:
    done = made.carried_out(change)
    page = text(logged_in(officer()).get(where(done)))
    assert "Berlaku sejak" in page
    assert "1 potongan mengikuti masa simpan ini." in page


def test_one_whose_job_gave_up_is_told_and_goes_on_by_a_button(change: PolicyChange) -> None:
    client = logged_in(officer())
    assert client.post(where(change, "lanjut/")).status_code == 409
    agreed = made.agreed(change)
    assert "Pekerjaan ini sedang berjalan" in text(client.post(where(change, "lanjut/")))
    Job.objects.filter(pk=str(agreed.job_id)).update(state="FAILED", error="Berhenti lima kali.")
    page = client.get(where(change))
    assert "Berhenti lima kali." in text(page)
    assert where(change, "lanjut/") in page.content.decode()
    assert "Perubahan dilanjutkan." in text(client.post(where(change, "lanjut/"), follow=True))
    run(str(agreed.job_id), "w1")
    change.refresh_from_db()
    assert change.state == ChangeState.DONE


def test_queries_do_not_grow_with_the_policies(data_dir: object) -> None:
    client, counts = logged_in(officer()), []
    for more in (1, 2):
        for _ in range(more):
            made.shorter(PlanFactory(keep_for=timedelta(days=30)))
        with CaptureQueriesContext(connection) as asked:
            client.get("/masa-simpan/")
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_unknown_is_not_found() -> None:
    missing = "/masa-simpan/00000000-0000-4000-8000-000000000000/"
    client: Client = logged_in(approver())
    for step in ("", "setujui/", "batal/"):
        assert client.get(missing + step).status_code == 404
