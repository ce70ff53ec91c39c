from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cctvportal.common.clock import WIB, now
from devices.models import Incident
from tests.factories import books
from tests.factories.accounts import applicant, approver, auditor, it_admin, officer
from tests.factories.devices import CameraFactory
from tests.requests_app.views.test_ask import logged_in

pytestmark = pytest.mark.django_db


def answers(**given: Any) -> dict[str, Any]:
    local = (now() - timedelta(hours=2)).astimezone(WIB)
    facts = {
        "kind": "FAULT",
        "cause": "NETWORK",
        "started_on": f"{local:%Y-%m-%d}",
        "started_time": f"{local:%H.%M}",
        "description": "Kabel jaringan putus.",
    }
    return {**facts, **given}


def test_officer_notes_and_closes_an_incident() -> None:
    client, camera = logged_in(officer()), CameraFactory(name="Lobi timur")
    page = client.post("/kejadian/catat/", answers(cameras=[camera.pk]), follow=True)
    assert "Kejadian dicatat" in page.text
    assert "Lobi timur" in page.text
    row = Incident.objects.get()
    assert row.started_at.astimezone(WIB).second == 0
    local = now().astimezone(WIB) - timedelta(minutes=1)
    ended = {"ended_on": f"{local:%Y-%m-%d}", "ended_time": f"{local:%H:%M}"}
    client.post(f"/kejadian/{row.pk}/tutup/", {**ended, "action_taken": "Kabel diganti."})
    row.refresh_from_db()
    assert row.ended_at is not None
    assert "Kabel diganti." in client.get("/kejadian/").text


def test_wrong_answers_are_said_and_what_was_typed_stays() -> None:
    tomorrow = (now() + timedelta(days=1)).astimezone(WIB)
    page = logged_in(officer()).post(
        "/kejadian/catat/", answers(started_on=f"{tomorrow:%Y-%m-%d}", cause="FIRE")
    )
    assert page.status_code == 400
    assert "Waktu mulai belum lewat" in page.text
    assert "Kabel jaringan putus." in page.text
    assert '<a href="#id_started_on">' in page.text
    assert not Incident.objects.exists()


def test_an_empty_form_says_what_is_missing() -> None:
    page = logged_in(officer()).post("/kejadian/catat/", {})
    assert "“Sebab” belum diisi." in page.text


def test_closing_what_a_colleague_closed_is_a_conflict_page() -> None:
    row = books.incident()
    Incident.objects.update(ended_at=now(), action_taken="Sudah")
    local = now().astimezone(WIB)
    page = logged_in(officer()).post(
        f"/kejadian/{row.pk}/tutup/",
        {"ended_on": f"{local:%Y-%m-%d}", "ended_time": f"{local:%H:%M}", "action_taken": "x"},
    )
    assert page.status_code == 409
    assert "sudah ditutup" in page.text


def test_the_form_starts_with_the_kind_of_the_book_it_came_from() -> None:
    page = logged_in(officer()).get("/kejadian/catat/?jenis=FORCE_MAJEURE")
    assert 'value="FORCE_MAJEURE" class="form-check-input"' in " ".join(page.text.split()) or (
        page.context["form"].initial["kind"] == "FORCE_MAJEURE"
    )


@pytest.mark.parametrize(
    ("person", "reads", "writes"),
    [
        (officer, 200, 200),
        (approver, 200, 404),
        (auditor, 200, 404),
        (applicant, 404, 404),
        (it_admin, 404, 404),
    ],
)
def test_who_reads_and_who_writes(person: Any, reads: int, writes: int) -> None:
    client = logged_in(person())
    assert client.get("/kejadian/").status_code == reads
    assert client.get("/kejadian/catat/").status_code == writes


def test_only_an_officer_is_offered_the_form() -> None:
    books.incident()
    assert "Tutup catatan" in logged_in(officer()).get("/kejadian/").text
    assert "Tutup catatan" not in logged_in(auditor()).get("/kejadian/").text
