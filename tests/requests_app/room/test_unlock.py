"""The door of the checking room."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from cctvportal.common.clock import now
from requests_app.services.close import revoke
from requests_app.services.issue import reissue
from tests.browser import BACKEND
from tests.factories.accounts import applicant, approver, auditor, it_admin, officer
from tests.requests_app.room.filming import Room

URLS = ("open", "view")


def logged_in(person: object) -> Client:
    visitor = Client()
    visitor.force_login(person, backend=BACKEND)  # type: ignore[arg-type] # a User
    return visitor


def test_passphrase_opens_the_room_however_it_is_typed(client: Client, room: Room) -> None:
    typed = f" {room.passphrase.lower().replace('-', ' ')} "
    before = client.session.session_key
    answer = client.post(room.url("open"), {"passphrase": typed})
    assert answer.headers["Location"] == room.url("view")
    assert client.session.session_key != before
    page = client.get(room.url("view"))
    assert page.status_code == 200
    assert "no-store" in page.headers["Cache-Control"]
    assert room.passphrase not in page.content.decode()


def test_wrong_passphrase_is_said_and_kept_for_correction(client: Client, room: Room) -> None:
    typed = "AAAA-BBBB-CCCC-DDDD-EEEE"
    page = client.post(room.url("open"), {"passphrase": typed}).content.decode()
    assert page.count("Sandi tidak cocok.") == 2
    assert typed in page
    assert client.get(room.url("view")).headers["Location"] == room.url("open")


def test_empty_passphrase_is_no_try(client: Client, room: Room) -> None:
    for _ in range(7):
        page = client.post(room.url("open"), {"passphrase": " "})
        assert "Ketik sandi yang diberikan petugas" in page.content.decode()


def test_guessing_has_to_wait(client: Client, room: Room) -> None:
    for _ in range(5):
        client.post(room.url("open"), {"passphrase": "salah"})
    for typed in ("salah", room.passphrase):
        answer = client.post(room.url("open"), {"passphrase": typed})
        assert answer.status_code == 429
        assert "Terlalu banyak percobaan" in answer.content.decode()


def test_expired_passphrase_says_so(client: Client, room: Room) -> None:
    with time_machine.travel(now() + timedelta(hours=9)):
        client.force_login(room.request.applicant, backend=BACKEND)
        answer = client.post(room.url("open"), {"passphrase": room.passphrase})
    assert "Sandi berakhir pada" in answer.content.decode()


def test_door_of_an_ended_request_asks_for_nothing(client: Client, room: Room) -> None:
    revoke(room.request, reason="Dibatalkan", by=approver())
    for answer in (
        client.get(room.url("open")),
        client.post(room.url("open"), {"passphrase": room.passphrase}),
    ):
        page = answer.content.decode()
        assert "Akses sudah berakhir" in page
        assert "Izin dicabut" in page
        assert f'href="/permohonan/{room.request.pk}/"' in page
        assert 'name="passphrase"' not in page


def test_room_stays_open_for_its_session_only(opened: Client, room: Room) -> None:
    again = logged_in(room.request.applicant)
    assert again.get(room.url("view")).headers["Location"] == room.url("open")
    assert again.get(room.url("playlist", room.camera.pk)).status_code == 404
    assert opened.get(room.url("playlist", room.camera.pk)).status_code == 200


def test_new_passphrase_shuts_the_room_that_the_old_one_opened(opened: Client, room: Room) -> None:
    reissue(room.request, by=officer())
    assert opened.get(room.url("view")).headers["Location"] == room.url("open")
    assert opened.get(room.url("playlist", room.camera.pk)).status_code == 404


@pytest.mark.parametrize("make", [applicant, approver, officer, auditor, it_admin])
def test_nobody_else_finds_the_door(opened: Client, room: Room, make: type) -> None:
    visitor = logged_in(make())
    for url in URLS:
        assert visitor.get(room.url(url)).status_code == 404
    assert visitor.post(room.url("open"), {"passphrase": room.passphrase}).status_code == 404


def test_stranger_goes_to_the_login(room: Room) -> None:
    for url in URLS:
        assert "/akun/" in Client().get(room.url(url)).headers["Location"]
