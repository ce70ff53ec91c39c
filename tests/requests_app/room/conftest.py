from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from tests.browser import BACKEND
from tests.requests_app.room.filming import Room, build


@pytest.fixture
def room(db: None, data_dir: Path) -> Room:
    return build(holes=(2, 3))


@pytest.fixture
def client(room: Room) -> Client:
    """The applicant, logged in; the room is still locked."""
    visitor = Client()
    visitor.force_login(room.request.applicant, backend=BACKEND)
    return visitor


@pytest.fixture
def opened(client: Client, room: Room) -> Client:
    """The applicant with the room unlocked."""
    answer = client.post(room.url("open"), {"passphrase": room.passphrase})
    assert answer.status_code == 302
    return client
