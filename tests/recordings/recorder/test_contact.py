"""Only a node that is in touch for a while may take what others seem to have left."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from recordings.recorder.contact import Contact
from recordings.services import leases

if TYPE_CHECKING:
    from pytest_django import Settings


@pytest.fixture(autouse=True)
def _short(settings: Settings) -> None:
    settings.LEASE_SECONDS = 1.2  # a lease is 0.8 s, and patience half of that


def keep_in_touch(contact: Contact, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        contact.reached()
        time.sleep(0.05)


def test_new_contact_is_not_steady_and_becomes_so() -> None:
    contact = Contact()
    contact.reached()
    assert not contact.steady
    keep_in_touch(contact, leases.lease_seconds())
    assert contact.steady


@pytest.mark.parametrize("how", ["missed", "asleep"])
def test_broken_contact_has_to_become_steady_anew(how: str) -> None:
    contact = Contact()
    keep_in_touch(contact, leases.lease_seconds())
    if how == "missed":
        contact.missed()
    else:
        time.sleep(0.6)
    contact.reached()
    assert not contact.steady


def test_short_loss_is_not_worth_telling() -> None:
    contact = Contact()
    contact.reached()
    contact.missed()
    assert contact.reached() is None
