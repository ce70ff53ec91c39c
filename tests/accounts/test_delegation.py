from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from cctvportal.accounts.access import NotAllowed, allows
from cctvportal.accounts.enums import DelegationKind, Role
from cctvportal.accounts.models import Delegation, User
from cctvportal.accounts.selectors import active_delegation
from cctvportal.accounts.services.delegation import delegate, revoke_delegation
from cctvportal.common.clock import now
from cctvportal.common.errors import Refused
from tests.factories import accounts

pytestmark = pytest.mark.django_db


def given(to: User, by: User, hours: int = 1) -> Delegation:
    return delegate(
        to=to,
        kind=DelegationKind.PLT,
        letter_number="800/2",
        starts_at=now() - timedelta(hours=1),
        ends_at=now() + timedelta(hours=hours),
        by=by,
    )


def test_a_delegate_decides_within_the_dates_only() -> None:
    person = accounts.applicant()
    given(person, accounts.approver())
    assert active_delegation(person) is not None
    assert active_delegation(person, now() + timedelta(hours=2)) is None


def test_a_revoked_delegation_ends_at_once() -> None:
    person, head = accounts.applicant(), accounts.approver()
    revoke_delegation(given(person, head), by=head)
    assert active_delegation(person) is None


def test_a_delegate_cannot_pass_it_on() -> None:
    person = accounts.applicant()
    given(person, accounts.approver())
    with pytest.raises(NotAllowed):
        given(accounts.applicant(), person)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.AUDITOR, Role.IT_ADMIN])
def test_no_other_role_receives_one_not_even_by_sql(role: Role) -> None:
    person, head = accounts.UserFactory(role=role), accounts.approver()
    with pytest.raises(Refused):
        given(person, head)
    with pytest.raises(IntegrityError), transaction.atomic():
        Delegation.objects.create(
            principal=head,
            delegate=person,
            kind=DelegationKind.PLT,
            letter_number="x",
            starts_at=now(),
            ends_at=now() + timedelta(hours=1),
        )


@pytest.mark.parametrize(
    ("role", "kind"),
    [(Role.OFFICER, "ASSESSMENT"), (Role.APPLICANT, ""), (Role.IT_ADMIN, "GENERAL_AFFAIRS")],
)
def test_the_database_ties_the_applicant_kind_to_the_role(role: Role, kind: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        accounts.UserFactory(role=role, applicant_kind=kind)


def test_a_person_no_longer_active_has_no_right() -> None:
    assert not allows("accounts.own", accounts.officer(is_active=False))


def test_an_approver_appoints_and_revokes_on_the_page(client: Client) -> None:
    head, person = accounts.approver(), accounts.applicant()
    client.force_login(head, backend="allauth.account.auth_backends.AuthenticationBackend")
    answers = {
        "to": person.pk,
        "kind": "PLH",
        "letter_number": "800/7",
        "starts_at": "2026-01-01T08:00",
        "ends_at": "2999-01-01T08:00",
    }
    page = client.post(reverse("delegations"), answers, follow=True)
    assert person.name in page.content.decode()
    assert active_delegation(person) is not None
    given = Delegation.objects.get()
    client.post(reverse("delegation_revoke", args=[given.pk]))
    assert active_delegation(person) is None


def test_a_wrong_date_keeps_what_was_typed(client: Client) -> None:
    head, person = accounts.approver(), accounts.applicant()
    client.force_login(head, backend="allauth.account.auth_backends.AuthenticationBackend")
    answers = {
        "to": person.pk,
        "kind": "PLH",
        "letter_number": "800/7",
        "starts_at": "2026-01-02T08:00",
        "ends_at": "2026-01-01T08:00",
    }
    page = client.post(reverse("delegations"), answers)
    assert "800/7" in page.content.decode()
    assert "Waktu selesai harus sesudah" in page.content.decode()
    assert not Delegation.objects.exists()
