"""Passphrase, checking room and key (SOP step 3)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from cctvportal.accounts.access import SYSTEM, NotAllowed
from cctvportal.audit.models import Entry
from cctvportal.common import clock
from cctvportal.common.clock import now
from cctvportal.common.errors import Conflict, Refused, TooMany
from recordings.models import Hold
from recordings.services import erase
from requests_app.enums import RequestState
from requests_app.models import Issuance
from requests_app.selectors.gate import open_room
from requests_app.services.close import close_without_export, lapse_due, revoke
from requests_app.services.issue import issue, reissue
from requests_app.services.keys import (
    confirm_key_received,
    confirm_key_returned,
    hand_key,
    take_key_back,
)
from requests_app.services.room import unlock_room
from tests.factories import requests_app as make
from tests.factories.accounts import applicant, approver, officer
from tests.factories.devices import RoomKeyFactory

pytestmark = pytest.mark.django_db


def test_passphrase_is_shown_once_and_kept_only_as_a_hash() -> None:
    given = issue(make.approved(), by=officer())
    assert len(given.passphrase.replace("-", "")) == 20
    kept = Issuance.objects.get()
    assert given.passphrase not in kept.passphrase_hash
    assert given.passphrase not in repr(given)
    assert not [e for e in Entry.objects.all() if given.passphrase[:9] in str(e.facts)]


def test_passphrase_opens_this_room_however_it_is_typed() -> None:
    row, other = make.approved(), make.issued()
    given = issue(row, by=officer())
    typed = given.passphrase.lower().replace("-", " ")
    opened = unlock_room(row, typed=typed, by=row.applicant)
    assert open_room(row.applicant, row.pk, opened.pk) == row
    with pytest.raises(Refused, match="tidak cocok"):
        unlock_room(other, typed=typed, by=other.applicant)
    with pytest.raises(NotAllowed):
        open_room(row.applicant, other.pk, opened.pk)
    for stranger in (applicant(), approver(), officer()):
        with pytest.raises(NotAllowed):
            unlock_room(row, typed=typed, by=stranger)


def test_wrong_passphrases_make_one_wait() -> None:
    row = make.issued()
    for _ in range(5):
        with pytest.raises(Refused, match="tidak cocok"):
            unlock_room(row, typed="salah", by=row.applicant)
    with pytest.raises(TooMany):
        unlock_room(row, typed="salah", by=row.applicant)


def test_passphrase_not_yet_given_expired_and_withdrawn_each_say_so() -> None:
    row = make.approved()
    with pytest.raises(Refused, match="belum diberikan"):
        unlock_room(row, typed="x", by=row.applicant)
    given = issue(row, by=officer())
    with time_machine.travel(now() + timedelta(hours=8, seconds=1)):
        with pytest.raises(Refused, match="Sandi berakhir pada"):
            unlock_room(row, typed=given.passphrase, by=row.applicant)
        with pytest.raises(NotAllowed):
            open_room(row.applicant, row.pk, given.issuance.pk)
    revoke(row, reason="Dibatalkan", by=approver())
    with pytest.raises(Refused, match="dicabut"):
        unlock_room(row, typed=given.passphrase, by=row.applicant)
    with pytest.raises(NotAllowed):
        open_room(row.applicant, row.pk, given.issuance.pk)


def test_reissue_shuts_out_the_old_passphrase() -> None:
    row = make.approved()
    old = issue(row, by=officer())
    new = reissue(row, by=officer())
    with pytest.raises(Refused, match="tidak cocok"):
        unlock_room(row, typed=old.passphrase, by=row.applicant)
    assert unlock_room(row, typed=new.passphrase, by=row.applicant) == new.issuance
    assert Issuance.objects.filter(revoked_at=None).count() == 1


def test_key_goes_out_and_back_with_both_persons() -> None:
    row, key, clerk = make.issued(), RoomKeyFactory(), officer()
    out = hand_key(row, key=key, by=clerk)
    with pytest.raises(NotAllowed):
        confirm_key_received(out, by=clerk)
    confirm_key_received(out, by=row.applicant)
    with pytest.raises(Refused, match="belum kembali"):
        close_without_export(row, by=clerk)
    with pytest.raises(Refused, match="belum mencatat"):
        confirm_key_returned(out, by=row.applicant)
    take_key_back(out, by=clerk)
    with pytest.raises(Conflict, match=f"sudah diterima {clerk.name}"):
        take_key_back(out, by=officer())
    assert confirm_key_returned(out, by=row.applicant).return_confirmed_at is not None
    assert close_without_export(row, by=clerk).state == RequestState.CLOSED


def test_key_that_is_out_has_one_holder() -> None:
    first, second, key = make.issued(), make.issued(), RoomKeyFactory()
    hand_key(first, key=key, by=officer())
    with pytest.raises(Conflict, match=f"dipegang {first.applicant.name} sejak"):
        hand_key(second, key=key, by=officer())


def test_key_is_given_only_where_it_was_asked_for() -> None:
    row = make.issued(make.approved(make.submitted(wants_room=False)))
    with pytest.raises(Refused):
        hand_key(row, key=RoomKeyFactory(), by=officer())
    with pytest.raises(Conflict):
        hand_key(make.approved(), key=RoomKeyFactory(), by=officer())


def test_applicant_gives_the_access_back_early() -> None:
    row = make.issued()
    with pytest.raises(NotAllowed):
        close_without_export(row, by=applicant())
    assert close_without_export(row, by=row.applicant).state == RequestState.CLOSED
    assert not Hold.objects.filter(released_at=None).exists()


def test_revoke_needs_a_reason_and_an_approver() -> None:
    row = make.approved()
    with pytest.raises(Refused) as refusal:
        revoke(row, reason=" ", by=approver())
    assert refusal.value.field == "reason"
    for person in (officer(), row.applicant):
        with pytest.raises(NotAllowed):
            revoke(row, reason="x", by=person)


def test_a_wrong_clock_ends_no_permit(data_dir: Path) -> None:
    row = make.approved()
    with erase.gate():
        pass
    with clock.shifted(timedelta(days=4)):
        assert lapse_due(by=SYSTEM) == 0
    row.refresh_from_db()
    assert row.state == RequestState.APPROVED
    assert Hold.objects.filter(released_at=None).exists()


@pytest.mark.parametrize(
    ("begin", "hours"), [(make.approved, 72), (make.issued, 8 + 24)], ids=["unused", "expired"]
)
def test_lapse_at_its_time_and_not_before(begin: object, hours: int) -> None:
    assert callable(begin)
    row = begin()
    with time_machine.travel(now() + timedelta(hours=hours, minutes=-1)):
        assert lapse_due(by=SYSTEM) == 0
    with time_machine.travel(now() + timedelta(hours=hours, minutes=1)):
        assert lapse_due(by=SYSTEM) == 1
        assert lapse_due(by=SYSTEM) == 0
    row.refresh_from_db()
    assert row.state == RequestState.LAPSED
    assert not Hold.objects.filter(released_at=None).exists()
