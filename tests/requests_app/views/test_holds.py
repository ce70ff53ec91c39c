"""The pages of holds: list, form with its second look, one order, and what may be done with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from cctvportal.accounts.models import User
from cctvportal.common.clock import WIB, now
from recordings.models import HoldOrder, RecordingPlan, Segment
from recordings.services import hold_orders
from recordings.services.hold_orders import Asked
from tests.factories import requests_app as make
from tests.factories.accounts import applicant, approver, auditor, delegate, it_admin, officer
from tests.factories.recordings import PlanFactory
from tests.recordings.services.ordering import end_terms, middle_of, nearly_over
from tests.requests_app.views.test_ask import logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data_dir")]


@pytest.fixture
def head() -> User:
    return approver(name="Kepala Contoh")


@pytest.fixture
def plan(data_dir: object) -> RecordingPlan:
    return PlanFactory()


@pytest.fixture
def segments(plan: RecordingPlan) -> list[Segment]:
    return nearly_over(plan)


@pytest.fixture
def asked(segments: list[Segment], head: User) -> Asked:
    return middle_of(segments, head)


def filled(asked: Asked, step: str = "check", **given: Any) -> dict[str, Any]:
    """The form as somebody fills it in; hours are typed to the minute."""
    start, end = (edge.astimezone(WIB) for edge in (asked.wish.start, asked.wish.end))
    return {
        "key": str(asked.key),
        "title": asked.title,
        "cameras": list(asked.wish.camera_ids),
        "start": f"{start:%Y-%m-%d}",
        "start_time": f"{start:%H:%M}",
        "end": f"{end:%Y-%m-%d}",
        "end_time": f"{end + timedelta(minutes=1):%H:%M}",
        "reason": asked.reason,
        "until": f"{asked.wish.until.astimezone(WIB):%Y-%m-%d}",
        "reviewer": asked.reviewer.pk,
        "step": step,
        **given,
    }


def test_form_is_checked_before_it_holds_and_then_leads_to_the_result(
    asked: Asked, head: User
) -> None:
    client = logged_in(head)
    page = client.post("/penahanan/baru/", filled(asked)).text
    assert "Periksa, lalu tahan rekaman ini" in page
    assert "bertambah" in page
    assert not HoldOrder.objects.exists()
    back = client.post("/penahanan/baru/", filled(asked, "edit")).text
    assert "Lanjut: periksa dahulu" in back
    assert asked.reason in back
    answer = client.post("/penahanan/baru/", filled(asked, "send"))
    assert answer.headers["Location"] == f"/penahanan/{asked.key}/"
    page = client.get(answer.headers["Location"]).text
    assert "Rekaman ditahan." in page
    assert "Yang ditahan pada tiap kamera" in page
    order = HoldOrder.objects.get()
    assert f"{order.until.astimezone(WIB):%H.%M}" == "23.59"
    assert client.post("/penahanan/baru/", filled(asked, "send")).status_code == 409


def test_form_keeps_what_was_typed_and_says_what_is_wrong(asked: Asked, head: User) -> None:
    wrong = filled(asked, "send", until="2020-01-01")
    page = logged_in(head).post("/penahanan/baru/", wrong).text
    assert "Pilih tanggal yang belum lewat." in page
    assert asked.reason in page
    page = logged_in(head).post("/penahanan/baru/", filled(asked, reason="")).text
    assert "Tulis alasannya dalam satu kalimat, supaya dapat ditinjau lagi." in page


def test_over_the_limit_the_approver_has_to_know(
    asked: Asked, head: User, settings: Settings
) -> None:
    settings.HOLD_QUOTA_PERCENT = 0
    client = logged_in(head)
    assert "Saya tahu bahwa batas" in client.post("/penahanan/baru/", filled(asked)).text
    page = client.post("/penahanan/baru/", filled(asked, "send")).text
    assert "Centang bahwa Anda mengetahuinya" in page
    assert not HoldOrder.objects.exists()
    client.post("/penahanan/baru/", filled(asked, "send", knows_quota="on"))
    assert HoldOrder.objects.get().over_quota


def test_proposal_waits_in_the_inbox_and_is_answered_there(asked: Asked, head: User) -> None:
    clerk = logged_in(officer(name="Petugas Contoh"))
    assert "Usulkan penahanan" in clerk.get("/penahanan/").text
    clerk.post("/penahanan/baru/", filled(asked, "send"))
    order, client = HoldOrder.objects.get(), logged_in(head)
    assert order.state == "PROPOSED"
    assert "Rekaman belum ditahan" in clerk.get(f"/penahanan/{order.pk}/").text
    assert clerk.get(f"/penahanan/{order.pk}/setujui/").status_code == 404
    inbox = client.get("/keputusan/").text
    assert "Diusulkan Petugas Contoh, menunggu jawaban Anda." in inbox
    page = client.get(f"/penahanan/{order.pk}/setujui/").text
    assert "Tahan rekaman ini seperti diusulkan?" in page
    client.post(f"/penahanan/{order.pk}/setujui/")
    order.refresh_from_db()
    assert order.state == "IN_FORCE"
    assert client.post(f"/penahanan/{order.pk}/setujui/").status_code == 409


def test_declined_proposal_shows_why(asked: Asked, head: User) -> None:
    order = hold_orders.propose(asked, by=auditor())
    client = logged_in(head)
    assert "Tulis alasannya" in client.post(f"/penahanan/{order.pk}/tolak/", {"reason": ""}).text
    client.post(f"/penahanan/{order.pk}/tolak/", {"reason": "Sudah diekspor kemarin"})
    assert "Sudah diekspor kemarin" in client.get(f"/penahanan/{order.pk}/").text


def test_list_tells_what_is_held_for_what_and_until_when(asked: Asked, head: User) -> None:
    row = make.submitted()
    hold_orders.give(asked, by=head)
    page = logged_in(head).get("/penahanan/").text
    assert f'href="/permohonan/{row.pk}/"' in page
    assert f"Permohonan {row.number}" in page
    assert "permohonan selesai" in page
    assert "Kehilangan di parkir" in page
    assert "2\u00a0KB" in page
    assert "dari batas" in page
    assert f'href="/admin/permohonan/{row.pk}/"' in logged_in(officer()).get("/penahanan/").text


def test_release_warns_what_goes_and_waits_for_the_second_person(asked: Asked, head: User) -> None:
    order = hold_orders.give(asked, by=head)
    end_terms()
    client, other = logged_in(head), logged_in(approver(name="Sekretaris Contoh"))
    where = f"/penahanan/{order.pk}/lepas/"
    page = client.get(where).text
    assert "2\u00a0KB sudah melewati masa simpan" in page
    assert "terhapus untuk selamanya" in page
    client.post(where, {"reason": "Perkara sudah selesai"})
    assert client.get(f"{where}jawab/").status_code == 404
    assert "Pelepasan menunggu orang kedua" in client.get(f"/penahanan/{order.pk}/").text
    assert "Anda orang kedua" in other.get("/keputusan/").text
    assert "Perkara sudah selesai" in other.get(f"{where}jawab/").text
    other.post(f"{where}tetap-tahan/", {"reason": "Polisi belum datang"})
    client.post(where, {"reason": "Sudah diambil polisi"})
    other.post(f"{where}jawab/")
    order.refresh_from_db()
    assert order.state == "RELEASED"
    page = client.get(f"/penahanan/{order.pk}/").text
    for told in ("Polisi belum datang", "Sudah diambil polisi", "Sekretaris Contoh"):
        assert told in page


def test_prolonging_moves_the_end_and_says_why(asked: Asked, head: User) -> None:
    order, client = hold_orders.give(asked, by=head), logged_in(head)
    later = (order.until + timedelta(days=20)).astimezone(WIB)
    where = f"/penahanan/{order.pk}/perpanjang/"
    given = {"until": f"{later:%Y-%m-%d}", "reviewer": head.pk, "reason": "Sidang belum selesai"}
    today = {**given, "until": f"{now().astimezone(WIB):%Y-%m-%d}"}
    assert "Pilih tanggal sesudah" in client.post(where, today).text
    client.post(where, given)
    order.refresh_from_db()
    assert order.until.astimezone(WIB).date() == later.date()
    assert "Sidang belum selesai" in client.get(f"/penahanan/{order.pk}/").text


def test_the_reviewer_is_reminded_where_they_begin_their_day(
    asked: Asked, segments: list[Segment], head: User
) -> None:
    clerk = officer()
    hold_orders.give(asked, by=head)
    again = middle_of(segments, clerk)
    wish = replace(again.wish, until=now() + timedelta(days=2))
    order = hold_orders.give(replace(again, wish=wish, title="Segera habis"), by=head)
    desk = logged_in(clerk).get("/admin/meja/").text
    assert "Tinjau lagi penahanan rekaman" in desk
    assert f'href="/penahanan/{order.pk}/"' in desk
    assert "Segera habis" in desk
    assert asked.title not in desk
    assert "Segera habis" not in logged_in(officer()).get("/admin/meja/").text


@pytest.mark.parametrize("path", ["", "baru/"])
def test_holds_are_seen_by_approver_officer_and_auditor_only(path: str) -> None:
    for person in (approver(), officer(), auditor()):
        assert logged_in(person).get(f"/penahanan/{path}").status_code == 200
    for person in (applicant(), delegate(), it_admin()):
        assert logged_in(person).get(f"/penahanan/{path}").status_code == 404
