from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cctvportal.common.clock import WIB, now
from recordings.enums import GapCause
from recordings.models import PurgeRun
from tests.factories import books
from tests.factories import requests_app as make
from tests.factories.accounts import applicant, approver, auditor, it_admin, officer
from tests.factories.devices import CameraFactory
from tests.requests_app.views.test_ask import logged_in

pytestmark = pytest.mark.django_db


def test_the_troubled_camera_comes_first_with_word_and_reason() -> None:
    books.recording("Aula")
    broken = books.recording("Zona parkir", last_frame_at=now() - timedelta(hours=1))
    books.gap(broken.camera, now() - timedelta(hours=1), None)
    text = logged_in(officer()).get("/pemantauan/").text
    assert text.index("Zona parkir") < text.index("Aula")
    assert "Kamera tidak tersambung" in text
    assert "Merekam" in text
    assert "1 jam lalu" in text


def test_htmx_gets_the_part_that_changes_and_nothing_else() -> None:
    books.recording("Aula")
    client = logged_in(officer())
    part = client.get("/pemantauan/", headers={"HX-Request": "true"}).text
    assert part.lstrip().startswith('<div id="keadaan"')
    assert "<html" not in part
    assert 'hx-trigger="every 10s"' in client.get("/pemantauan/").text


@pytest.mark.parametrize(
    ("person", "status"),
    [(officer, 200), (approver, 200), (auditor, 200), (it_admin, 200), (applicant, 404)],
)
def test_who_watches(person: Any, status: int) -> None:
    assert logged_in(person()).get("/pemantauan/").status_code == status


def test_it_admin_sees_health_and_no_way_to_the_books() -> None:
    books.recording("Aula")
    text = logged_in(it_admin()).get("/pemantauan/").text
    assert "Aula" in text
    assert "/buku/" not in text
    assert "/kejadian/" not in text


def test_no_picture_of_a_camera_is_on_the_page() -> None:
    plan = books.recording()
    make.footage(plan.camera, now() - timedelta(minutes=5))
    assert "<img" not in logged_in(officer()).get("/pemantauan/").text


def test_without_cameras_the_page_says_so() -> None:
    assert "Belum ada kamera." in logged_in(officer()).get("/pemantauan/").text


def test_queries_do_not_grow_with_the_cameras() -> None:
    client, counts = logged_in(officer()), []
    for more in (1, 2):
        for _ in range(more):
            plan = books.recording()
            make.footage(plan.camera, now() - timedelta(minutes=9), 2)
            books.gap(plan.camera, now() - timedelta(minutes=3), 1)
            books.incident(cameras=[plan.camera])
        with CaptureQueriesContext(connection) as asked:
            client.get("/pemantauan/")
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_camera_that_nobody_records_yet_is_told() -> None:
    CameraFactory(name="Gudang")
    text = logged_in(officer()).get("/pemantauan/").text
    assert "Belum direkam" in text


@time_machine.travel(datetime(2026, 11, 24, 12, tzinfo=WIB), tick=False)
def test_a_break_of_seconds_is_never_a_hundred_percent() -> None:
    plan = books.recording("Aula")
    clean = said(logged_in(officer()))
    assert "100% tanpa terputus" in clean
    books.gap(plan.camera, now() - timedelta(hours=1), 2 / 60)
    broken = said(logged_in(officer()))
    assert "99,9% terputus 2 detik" in broken
    assert "100%" not in broken


def test_cameras_that_begin_are_told_apart_from_those_that_do_not_record() -> None:
    books.recording("Aula", last_frame_at=None)
    noted = books.recording("Lobi")
    books.incident(cameras=[noted.camera])
    again = books.recording("Parkir")
    books.gap(again.camera, now() - timedelta(seconds=5), None, cause=GapCause.RESTART)
    text = said(logged_in(officer()))
    assert "1 dari 3 kamera, 2 baru mulai" in text


def said(client: Client) -> str:
    plain = re.sub(r"<[^>]+>", " ", client.get("/pemantauan/").text)
    return " ".join(plain.split())


@pytest.fixture
def halted(db: None, data_dir: Path) -> PurgeRun:
    return PurgeRun.objects.create(
        kind="EXPIRY", state="STOPPED", reason="Akan terhapus 900 potongan.", started_at=now()
    )


def test_an_approver_sees_that_expiry_stopped_and_lets_it_go_on(halted: PurgeRun) -> None:
    client = logged_in(approver())
    page = client.get("/pemantauan/").text
    assert halted.reason in page
    assert 'action="/pemantauan/lanjutkan/"' in page
    answer = client.post("/pemantauan/lanjutkan/", follow=True)
    assert "Penghapusan dilanjutkan" in answer.text
    assert halted.reason not in answer.text
    halted.refresh_from_db()
    assert halted.resumed_at is not None


def test_others_see_it_without_the_button(halted: PurgeRun) -> None:
    client = logged_in(officer())
    page = client.get("/pemantauan/").text
    assert halted.reason in page
    assert "lanjutkan/" not in page
    assert client.post("/pemantauan/lanjutkan/").status_code == 404
