"""People by their role; a name says only that."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import factory
from factory.django import DjangoModelFactory

from cctvportal.accounts.enums import ApplicantKind, DelegationKind, Role
from cctvportal.accounts.models import Delegation, User
from cctvportal.common.clock import now

PASSWORD = "kata sandi untuk uji 1"


class UserFactory(DjangoModelFactory[User]):  # type: ignore[misc] # untyped library
    class Meta:
        model = User
        skip_postgeneration_save = True

    nip = factory.Sequence(lambda n: f"{190000000000000000 + n}")
    name = factory.Sequence(lambda n: f"Orang Contoh {n}")
    jabatan = "Jabatan Contoh"
    unit = "Unit Contoh"
    role = Role.APPLICANT
    applicant_kind = factory.LazyAttribute(
        lambda o: ApplicantKind.ASSESSMENT if o.role == Role.APPLICANT else ""
    )
    password = factory.django.Password(PASSWORD)


def applicant(**given: Any) -> User:
    return UserFactory(role=Role.APPLICANT, **given)


def head_of_affairs(**given: Any) -> User:
    return UserFactory(role=Role.APPLICANT, applicant_kind=ApplicantKind.GENERAL_AFFAIRS, **given)


def approver(**given: Any) -> User:
    return UserFactory(role=Role.APPROVER, **given)


def officer(**given: Any) -> User:
    return UserFactory(role=Role.OFFICER, **given)


def auditor(**given: Any) -> User:
    return UserFactory(role=Role.AUDITOR, **given)


def it_admin(**given: Any) -> User:
    return UserFactory(role=Role.IT_ADMIN, **given)


def delegate(principal: User | None = None, **given: Any) -> User:
    """An applicant who may decide until tomorrow."""
    person = UserFactory(role=Role.APPLICANT, applicant_kind=ApplicantKind.GENERAL_AFFAIRS, **given)
    Delegation.objects.create(
        principal=principal or approver(),
        delegate=person,
        kind=DelegationKind.PLH,
        letter_number="800/1",
        starts_at=now() - timedelta(days=1),
        ends_at=now() + timedelta(days=1),
    )
    return person
