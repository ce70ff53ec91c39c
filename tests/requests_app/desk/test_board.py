from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.test import Client

from cctvportal.accounts.models import User
from cctvportal.common.clock import now
from recordings.services import exports
from requests_app.desk.board import waiting_count
from requests_app.models import KeyHandout
from requests_app.services.keys import hand_key
from tests.factories import accounts
from tests.factories import requests_app as made
from tests.factories.devices import RoomKeyFactory
from tests.requests_app.desk import filmed
from tests.requests_app.desk.conftest import BACKEND
from tests.requests_app.desk.pages import text, url


def test_desk_without_tasks_says_so(desk: Client) -> None:
    said = text(desk.get(url("desk")))
    assert "Tidak ada yang menunggu Anda." in said


def test_desk_leads_to_the_next_act(desk: Client, officer: User) -> None:
    row = made.approved()
    answer = desk.get(url("desk"))
    assert "Menyerahkan sandi dan kunci" in text(answer)
    assert url("request_issue", row.pk) in answer.content.decode()
    assert waiting_count(officer) == 1


def test_desk_keeps_apart_what_waits_for_others(desk: Client, officer: User) -> None:
    made.approved_by_phone()
    said = text(desk.get(url("desk")))
    assert said.index("Menunggu orang lain") < said.index("memastikan keputusan")
    assert waiting_count(officer) == 0


def test_desk_leaves_a_key_in_time_to_its_holder(desk: Client, officer: User) -> None:
    handout = hand_key(made.issued(), key=RoomKeyFactory(label="RR-2"), by=officer)
    answer = desk.get(url("desk"))
    said = text(answer)
    assert said.index("Menunggu orang lain") < said.index("Kunci dipegang pemohon")
    assert url("request_key_in", handout.pk) in answer.content.decode()
    assert waiting_count(officer) == 0


def test_desk_asks_for_a_late_key(desk: Client, officer: User) -> None:
    moment = now()
    KeyHandout.objects.create(
        request=made.issued(),
        key=RoomKeyFactory(label="RS-1"),
        handed_by=officer,
        handed_at=moment - timedelta(hours=3),
        due_at=moment - timedelta(minutes=40, seconds=5),
    )
    said = text(desk.get(url("desk")))
    assert said.index("Lewat 40 menit") < said.index("Menunggu orang lain")
    assert waiting_count(officer) == 1


def test_desk_counts_an_oral_request_that_nobody_confirms(desk: Client, officer: User) -> None:
    with time_machine.travel(now() - timedelta(days=5)):
        made.oral(clerk=officer)
    assert "Mengingatkan pemohon memastikan permohonan" in text(desk.get(url("desk")))
    assert waiting_count(officer) == 1


@pytest.mark.usefixtures("data_dir")
def test_desk_tells_a_running_export_from_one_that_stopped(
    desk: Client, officer: User, tmp_path: Path
) -> None:
    disk = filmed.disk(tmp_path / "disk", officer)
    export = filmed.started(filmed.issued(), disk, officer)
    assert "Menyalin, 0%" in text(desk.get(url("desk")))
    assert waiting_count(officer) == 0
    shutil.rmtree(disk.path)
    filmed.carried_out(export)
    said = text(desk.get(url("desk")))
    assert "Ekspor berhenti" in said
    assert "Perlu tindakan" in said
    assert waiting_count(officer) == 1
    said = text(desk.get(url("request", export.fulfilment.request_id)))
    assert "Berikutnya : melihat penyalinan ke hard disk" in said.replace(
        "Berikutnya:", "Berikutnya :"
    )
    exports.cancel(export, by=officer)
    assert waiting_count(officer) == 0


@pytest.mark.parametrize("state", list(made.IN_STATE)[1:])
def test_request_page_shows_every_state(desk: Client, state: str) -> None:
    row = made.IN_STATE[state]()  # type: ignore[index] # the keys themselves
    said = text(desk.get(url("request", row.pk)))
    assert f"Permohonan {row.number}" in said
    assert row.status.word in said
    assert "Riwayat" in said


def test_request_page_hides_a_draft(desk: Client) -> None:
    assert desk.get(url("request", made.draft().pk)).status_code == 404


@pytest.mark.parametrize("person", ["applicant", "approver", "auditor", "it_admin"])
def test_desk_does_not_exist_for_others(db: None, person: str) -> None:
    row = made.approved()
    client = Client()
    client.force_login(getattr(accounts, person)(), backend=BACKEND)
    for name in ("request", "request_issue", "request_export", "request_erase"):
        assert client.get(url(name, row.pk)).status_code == 404
    assert client.get(url("desk")).status_code == 404


def test_all_requests_are_found_by_number_and_state(desk: Client) -> None:
    kept, other = made.approved(), made.withdrawn()
    found = text(desk.get(url("requests"), {"q": str(kept.number), "state": "APPROVED"}))
    assert str(kept.number) in found
    assert str(other.number) not in found


def test_all_requests_without_a_match_says_what_to_do(desk: Client) -> None:
    said = text(desk.get(url("requests"), {"q": "tidak ada"}))
    assert "Tidak ada permohonan yang cocok." in said
