from __future__ import annotations

import pytest
from django.test import Client

from cctvportal.accounts.models import User
from tests.factories import accounts

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def officer(db: None) -> User:
    return accounts.officer(name="Petugas Contoh")


@pytest.fixture
def desk(officer: User) -> Client:
    """A browser in which the officer has logged in."""
    client = Client()
    client.force_login(officer, backend=BACKEND)
    return client
