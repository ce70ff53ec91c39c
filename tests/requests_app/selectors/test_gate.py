from __future__ import annotations

import uuid

import pytest

from cctvportal.accounts.access import NotAllowed
from cctvportal.accounts.models import User
from cctvportal.audit.models import Entry
from requests_app.models import AccessRequest
from requests_app.selectors import request_for
from tests.factories import requests_app as make
from tests.factories.accounts import applicant, approver, auditor, delegate, it_admin, officer

pytestmark = pytest.mark.django_db


def sees(user: User, row: AccessRequest) -> bool:
    try:
        return request_for(user, row.pk) == row
    except NotAllowed:
        return False


def test_who_sees_a_request_that_was_sent() -> None:
    row = make.submitted()
    assert all(
        sees(user, row) for user in (row.applicant, approver(), delegate(), officer(), auditor())
    )
    assert not any(sees(user, row) for user in (applicant(), it_admin()))


def test_a_draft_is_seen_by_its_writer_alone() -> None:
    row = make.draft()
    assert sees(row.applicant, row)
    assert not any(
        sees(user, row) for user in (applicant(), approver(), officer(), auditor(), it_admin())
    )


def test_missing_and_foreign_look_alike_and_the_try_is_told() -> None:
    row, stranger = make.submitted(), applicant()
    with pytest.raises(NotAllowed) as foreign:
        request_for(stranger, row.pk)
    with pytest.raises(NotAllowed) as missing:
        request_for(stranger, uuid.uuid4())
    assert str(foreign.value) == str(missing.value)
    assert Entry.objects.filter(action="access.denied", actor=stranger).count() == 1
