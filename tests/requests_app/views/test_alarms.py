from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cctvportal.accounts.access import SYSTEM
from cctvportal.common.clock import now
from recordings.enums import AlarmKind
from recordings.models import Alarm, VolumeReading, WatchRound
from recordings.services import alarms
from tests.factories import books
from tests.factories.accounts import applicant, approver, auditor, it_admin, officer
from tests.requests_app.views.test_ask import logged_in

pytestmark = pytest.mark.django_db
KIND = AlarmKind.SILENT_CAMERA


@pytest.fixture(autouse=True)
def _watched() -> None:
    WatchRound.objects.create(looked_at=now())


@pytest.fixture
def alarm() -> Alarm:
    plan = books.recording("Lobi timur")
    facts = {"since_at": now().isoformat()}
    row = alarms.raise_(KIND, str(plan.pk), facts, now() - timedelta(minutes=3), by=SYSTEM)
    assert row is not None
    return row


def said(client: Client, address: str = "/pemantauan/") -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", client.get(address).text).split())


def test_an_alarm_says_what_happened_and_what_to_do(alarm: Alarm) -> None:
    text = said(logged_in(officer()))
    assert "Lobi timur tidak mengirim gambar sejak" in text
    assert "Periksa listrik, kabel, dan kata sandi kamera itu" in text
    assert "(3 menit lalu)" in text
    page = logged_in(officer()).get("/pemantauan/").text
    assert 'href="/pemantauan/petunjuk/#silent-camera"' in page


def test_without_alarms_the_page_says_so_and_when_it_was_looked() -> None:
    text = said(logged_in(officer()))
    assert "Tidak ada alarm" in text
    assert "Penjaga terakhir memeriksa" in text


def test_a_silent_watch_is_told_and_cannot_be_taken() -> None:
    WatchRound.objects.update(looked_at=now() - timedelta(hours=1))
    client = logged_in(officer())
    assert "Penjaga rekaman tidak berjalan" in said(client)
    assert "Saya tangani" not in said(client)


def test_taken_with_one_button_and_the_name_stands_there(alarm: Alarm) -> None:
    client = logged_in(officer(name="Petugas Contoh"))
    assert f'action="/pemantauan/alarm/{alarm.pk}/tangani/"' in client.get("/pemantauan/").text
    answer = client.post(f"/pemantauan/alarm/{alarm.pk}/tangani/", follow=True)
    assert "Anda menangani alarm ini" in answer.text
    assert "Ditangani Petugas Contoh sejak" in said(client)
    assert "Saya tangani" not in said(client)
    late = logged_in(it_admin()).post(f"/pemantauan/alarm/{alarm.pk}/tangani/")
    assert late.status_code == 409
    assert "Petugas Contoh" in late.text


@pytest.mark.parametrize(
    ("person", "status"), [(it_admin, 302), (approver, 302), (auditor, 404), (applicant, 404)]
)
def test_who_may_take_an_alarm(alarm: Alarm, person: Any, status: int) -> None:
    client = logged_in(person())
    assert client.post(f"/pemantauan/alarm/{alarm.pk}/tangani/").status_code == status
    assert client.get(f"/pemantauan/alarm/{alarm.pk}/tangani/").status_code in {404, 405}


def test_the_button_is_there_for_those_who_can_do_something(alarm: Alarm) -> None:
    people = (officer(), it_admin(), approver(), auditor())
    shown = ["Saya tangani" in said(logged_in(one)) for one in people]
    assert shown == [True, True, False, False]


@pytest.mark.parametrize(
    ("person", "address"),
    [(officer, "/admin/meja/"), (approver, "/keputusan/"), (it_admin, "/admin/")],
)
def test_where_the_day_begins_the_alarms_are_counted(person: Any, address: str) -> None:
    client = logged_in(person())
    assert "alarm. Buka Pemantauan" not in said(client, address)
    alarms.raise_(AlarmKind.PURGE_STOPPED, by=SYSTEM)
    text = said(client, address)
    told = "Ada satu alarm. Buka Pemantauan CCTV", "Pemantauan CCTV 1 menunggu"
    assert any(one in text for one in told)


def test_the_card_leads_to_where_something_is_done(alarm: Alarm) -> None:
    order = "8a4f1c1e-0000-4000-8000-000000000001"
    until = {"until_at": now().isoformat()}
    alarms.raise_(AlarmKind.HOLD_ENDING, order, until, by=SYSTEM)
    page = logged_in(officer()).get("/pemantauan/").text
    assert 'href="/kejadian/catat/"' in page
    assert f'href="/penahanan/{order}/"' in page
    other = logged_in(it_admin()).get("/pemantauan/").text
    assert "/penahanan/" not in other
    assert "/kejadian/" not in other


def test_what_is_over_moves_to_the_history(alarm: Alarm) -> None:
    clerk = officer(name="Petugas Contoh")
    client = logged_in(clerk)
    assert "Belum ada alarm yang selesai." in said(client, "/pemantauan/alarm/")
    alarms.take(alarm, by=clerk)
    alarms.clear(KIND, alarm.subject, by=SYSTEM)
    text = said(client, "/pemantauan/alarm/")
    assert "Lobi timur tidak mengirim gambar" in text
    assert "3 menit" in text
    assert "Petugas Contoh" in text
    assert "Lobi timur tidak mengirim" not in said(client)


def test_the_history_has_pages() -> None:
    client = logged_in(auditor())
    for number in range(27):
        alarms.raise_(KIND, str(number), by=SYSTEM)
        alarms.clear(KIND, str(number), by=SYSTEM)
    assert "1 dari 2" in said(client, "/pemantauan/alarm/")


def test_the_guide_has_every_kind() -> None:
    page = logged_in(auditor()).get("/pemantauan/petunjuk/").text
    for kind in AlarmKind:
        assert str(kind.label) in page


@pytest.mark.parametrize(
    ("reading", "word", "sentence"),
    [
        ({"free_bytes": None, "problem": "Media terlepas."}, "Tidak terbaca", "Media terlepas."),
        ({"free_bytes": 5 * 10**9, "days": None}, "Cukup", "yang masuk tidak lebih banyak"),
        ({"free_bytes": 5 * 10**9, "days": 4}, "Segera penuh", "Penuh kira-kira 4 hari lagi"),
        ({"free_bytes": 5 * 10**9, "days": 0}, "Segera penuh", "Penuh kurang dari 1 hari lagi"),
        ({"free_bytes": -(10**9), "days": 0}, "Penuh", "Kurang 1 GB dari ruang cadangan"),
    ],
)
def test_how_long_a_volume_will_do(reading: dict[str, Any], word: str, sentence: str) -> None:
    plan = books.recording()
    facts = dict(reading)
    if "days" in facts:
        known = {"days": facts.pop("days"), "per_day": 10**9, "going": 0, "held": 5, "unknown": 2}
        facts |= {"total_bytes": 9 * 10**9, "forecast": known, "forecast_at": now()}
    VolumeReading.objects.create(volume=plan.volume, read_at=now(), **facts)
    text = said(logged_in(officer())).replace("\u00a0", " ")
    assert word in text
    assert sentence in text


def test_queries_do_not_grow_with_the_alarms(alarm: Alarm) -> None:
    client, counts = logged_in(officer()), []
    for _ in range(2):
        alarms.raise_(KIND, str(books.recording().pk), by=SYSTEM)
        with CaptureQueriesContext(connection) as asked:
            client.get("/pemantauan/")
        counts.append(len(asked))
    assert counts[0] == counts[1]
