"""An approver stops an erasure; the officer may ask for it again."""

from __future__ import annotations

import pytest
from django.urls import reverse

from cctvportal.accounts.models import User
from cctvportal.common import words
from cctvportal.jobs.models import Job, JobState
from recordings.models import Erasure
from recordings.models.export import ExportCamera
from requests_app.models import AccessRequest
from requests_app.services.erase import confirm_erasure, request_erasure
from tests.factories import requests_app as make
from tests.factories.accounts import applicant, approver, officer
from tests.requests_app.views.test_ask import logged_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk() -> User:
    return officer(name="Petugas Contoh")


@pytest.fixture
def asked(clerk: User) -> AccessRequest:
    row = make.handed_over(by=clerk)
    camera = row.cameras.get().camera
    ExportCamera.objects.create(export=row.hand_over.export, camera=camera)
    request_erasure(row, typed=str(row.number), by=clerk)
    return row


def cancel(row: AccessRequest, reason: str = "Rekaman masih diperiksa") -> object:
    where = f"/keputusan/{row.pk}/pemusnahan/batal/"
    return logged_in(approver(name="Kepala Contoh")).post(where, {"reason": reason})


def test_confirm_page_leads_to_the_no(asked: AccessRequest) -> None:
    page = logged_in(approver()).get(f"/keputusan/{asked.pk}/pemusnahan/").text
    assert f'href="/keputusan/{asked.pk}/pemusnahan/batal/"' in page
    assert (
        "Rekaman tetap ditahan."
        in logged_in(approver()).get(f"/keputusan/{asked.pk}/pemusnahan/batal/").text
    )


def test_cancelled_erasure_is_shown_with_its_reason_and_asked_for_again(
    asked: AccessRequest, clerk: User
) -> None:
    cancel(asked, " ")
    assert Erasure.objects.get().state == "REQUESTED"
    cancel(asked)
    desk, where = logged_in(clerk), reverse("admin:request_erase", args=[asked.pk])
    page = desk.get(where).text
    assert "Pemusnahan sebelumnya dihentikan oleh Kepala Contoh" in page
    assert "Rekaman masih diperiksa" in page
    assert "Minta pemusnahan" in desk.get(reverse("admin:desk")).text
    desk.post(where, {"typed": str(asked.number)})
    assert [one.state for one in Erasure.objects.order_by("requested_at")] == [
        "CANCELLED",
        "REQUESTED",
    ]
    assert "Menunggu persetujuan" in desk.get(where).text


def test_an_agreed_erasure_can_still_be_stopped_in_its_waiting_time(asked: AccessRequest) -> None:
    confirm_erasure(asked, by=approver())
    cancel(asked)
    assert Erasure.objects.get().state == "CANCELLED"
    head = logged_in(approver())
    assert "Petugas belum meminta" in head.post(f"/keputusan/{asked.pk}/pemusnahan/").text


def test_only_who_decides_may_stop_it(asked: AccessRequest, clerk: User) -> None:
    for person in (clerk, applicant(), asked.applicant):
        where = f"/keputusan/{asked.pk}/pemusnahan/batal/"
        assert logged_in(person).post(where, {"reason": "Tidak jadi"}).status_code == 404


def test_inbox_says_since_when_the_erasure_waits(asked: AccessRequest) -> None:
    since = Erasure.objects.get().requested_at
    page = logged_in(approver()).get("/keputusan/")
    (card,) = page.context["erasures"]
    assert card["then"] == f"Menunggu sejak {words.date_time(since)}."


def test_a_stopped_erasure_is_the_officers_task(asked: AccessRequest, clerk: User) -> None:
    erasure = confirm_erasure(asked, by=approver())
    Job.objects.filter(pk=str(erasure.job_id)).update(state=JobState.FAILED, error="Berhenti.")
    page = logged_in(clerk).get(reverse("admin:desk"))
    (line,) = page.context["mine"]
    assert line.title == "Melanjutkan pemusnahan sumber yang berhenti"


def test_an_erasure_that_waits_stands_among_what_others_do(
    asked: AccessRequest, clerk: User
) -> None:
    page = logged_in(clerk).get(reverse("admin:desk"))
    (line,) = page.context["others"]
    assert line.title == "Kepala atau Sekretaris: menyetujui pemusnahan sumber"
