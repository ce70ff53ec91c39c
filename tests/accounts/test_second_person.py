"""An IT admin alone becomes nobody: staff roles and their links wait for an approver."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from cctvportal.accounts.access import NotAllowed
from cctvportal.accounts.enums import ChangeKind, Role
from cctvportal.accounts.models import AccountChange, User
from cctvportal.accounts.services import changes, people
from cctvportal.audit.models import Entry
from cctvportal.common.clock import now
from cctvportal.common.errors import Conflict
from tests.factories import accounts

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
NEW = "kata sandi yang lain 2"
STAFF = [Role.APPROVER, Role.OFFICER, Role.AUDITOR, Role.IT_ADMIN]


def logged_in(person: User) -> Client:
    client = Client()
    client.force_login(person, backend=BACKEND)
    return client


def use(link: str) -> Any:
    """Opens a password link and sends a new password, as a person would."""
    visitor = Client()
    form = visitor.get(link, follow=True)
    return visitor.post(form.request["PATH_INFO"], {"password1": NEW, "password2": NEW})


def has_new_password(user: User) -> bool:
    return User.objects.get(pk=user.pk).check_password(NEW)


def fresh(role: Role) -> User:
    kind = "ASSESSMENT" if role == Role.APPLICANT else ""
    return User(
        nip="190000000000009999",
        name="Petugas Contoh",
        jabatan="Jabatan Contoh",
        unit="Unit Contoh",
        role=role,
        applicant_kind=kind,
    )


def pending() -> AccountChange:
    return AccountChange.objects.get(confirmed_at=None, closed_at=None)


@pytest.mark.parametrize("role", STAFF)
def test_a_new_staff_account_sleeps_until_an_approver_confirms(role: Role) -> None:
    added = people.add_user(fresh(role), by=accounts.it_admin())
    assert not User.objects.get(pk=added.pk).is_active
    changes.confirm(pending(), by=accounts.approver())
    added.refresh_from_db()
    assert (added.is_active, added.role) == (True, role)


def test_a_new_applicant_needs_no_second_person() -> None:
    assert people.add_user(fresh(Role.APPLICANT), by=accounts.it_admin()).is_active
    assert not AccountChange.objects.exists()


def test_a_staff_role_is_not_given_before_the_second_person() -> None:
    user, admin = accounts.applicant(), accounts.it_admin()
    user.role, user.applicant_kind = Role.OFFICER, ""
    people.change_user(user, by=admin)
    assert User.objects.get(pk=user.pk).role == Role.APPLICANT
    changes.confirm(pending(), by=accounts.approver())
    user = User.objects.get(pk=user.pk)
    assert user.role == Role.OFFICER
    assert not user.has_usable_password(), "whoever set it before, it opens nothing now"


def test_waking_a_sleeping_staff_account_waits_too() -> None:
    user = accounts.approver(is_active=False)
    user.is_active = True
    people.change_user(user, by=accounts.it_admin())
    user.refresh_from_db()
    assert not user.is_active


def test_putting_an_account_to_sleep_is_at_once_and_ends_what_waits() -> None:
    user, admin = accounts.applicant(), accounts.it_admin()
    user.role, user.applicant_kind = Role.OFFICER, ""
    people.change_user(user, by=admin)
    waiting = pending()
    user = User.objects.get(pk=user.pk)
    user.is_active = False
    people.change_user(user, by=admin)
    assert not User.objects.get(pk=user.pk).is_active
    with pytest.raises(Conflict):
        changes.confirm(waiting, by=accounts.approver())


@pytest.mark.parametrize("role", STAFF)
def test_a_link_of_a_staff_account_opens_only_after_the_second_person(role: Role) -> None:
    user = accounts.UserFactory(role=role)
    link = people.invite(user, by=accounts.it_admin())
    use(link)
    assert not has_new_password(user)
    changes.confirm(pending(), by=accounts.approver())
    use(link)
    assert has_new_password(user)


def test_a_link_of_one_who_may_decide_by_delegation_waits() -> None:
    user = accounts.delegate()
    use(people.invite(user, by=accounts.it_admin()))
    assert not has_new_password(user)


def test_a_link_made_before_the_role_came_is_dead_after_it() -> None:
    user, admin = accounts.applicant(), accounts.it_admin()
    link = people.invite(user, by=admin)
    user.role, user.applicant_kind = Role.OFFICER, ""
    people.change_user(user, by=admin)
    changes.confirm(pending(), by=accounts.approver())
    use(link)
    assert not has_new_password(user)


def test_a_confirmed_link_does_not_open_for_another() -> None:
    user, admin = accounts.officer(), accounts.it_admin()
    people.invite(user, by=admin)
    changes.confirm(pending(), by=accounts.approver())
    AccountChange.objects.update(token_sha256="0" * 64)
    use(people.invite(user, by=admin))
    assert not has_new_password(user)


def test_nobody_confirms_what_concerns_or_was_asked_by_them() -> None:
    head = accounts.approver()
    people.invite(head, by=accounts.it_admin())
    with pytest.raises(NotAllowed):
        changes.confirm(pending(), by=head)
    for person in (accounts.it_admin(), accounts.officer(), accounts.delegate()):
        with pytest.raises(NotAllowed):
            changes.confirm(pending(), by=person)
    row = AccountChange(kind=ChangeKind.LINK, user=head, asked_by=accounts.it_admin())
    row.confirmed_at = now()
    for who in (head, row.asked_by):
        row.confirmed_by = who
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)


def test_a_yes_to_one_name_is_none_to_another() -> None:
    admin = accounts.it_admin()
    user = people.add_user(fresh(Role.OFFICER), by=admin)
    read = pending()
    user.name = "Orang Lain Contoh"
    people.change_user(user, by=admin)
    with pytest.raises(Conflict):
        changes.confirm(read, by=accounts.approver())
    changes.confirm(pending(), by=accounts.approver())
    assert User.objects.get(pk=user.pk).is_active


def test_a_refused_link_never_opens() -> None:
    user = accounts.officer()
    link = people.invite(user, by=accounts.it_admin())
    waiting = pending()
    changes.refuse(waiting, by=accounts.approver())
    use(link)
    assert not has_new_password(user)
    with pytest.raises(Conflict):
        changes.confirm(waiting, by=accounts.approver())


def test_an_approver_answers_on_the_page_and_the_book_knows_all() -> None:
    user, admin, head = accounts.officer(), accounts.it_admin(), accounts.approver()
    page = logged_in(admin).post(reverse("admin:accounts_user_invite", args=[user.pk]), follow=True)
    assert "setelah disetujui" in page.content.decode()
    client = logged_in(head)
    assert user.nip in client.get(reverse("account_changes")).content.decode()
    answer = client.post(
        reverse("account_change_answer", args=[pending().pk]), {"answer": "yes"}, follow=True
    )
    assert "Disetujui." in answer.content.decode()
    entry = Entry.objects.get(action="account.confirmed")
    assert (entry.actor, entry.facts["asked_by"]) == (head, admin.pk)
    assert logged_in(admin).get(reverse("account_changes")).status_code == 404


def test_a_password_by_link_stands_in_the_book_and_is_told_at_each_login(client: Client) -> None:
    user = accounts.applicant()
    use(people.invite(user, by=accounts.it_admin()))
    assert Entry.objects.filter(action="account.password_reset", actor=user).count() == 1
    given = {"login": user.nip, "password": NEW}
    for _ in range(2):
        page = client.post(reverse("account_login"), given, follow=True)
        assert "diganti lewat tautan" in page.content.decode()
        client.logout()


def test_a_password_changed_by_the_person_stands_in_the_book() -> None:
    user = accounts.applicant()
    answers = {"oldpassword": accounts.PASSWORD, "password1": NEW, "password2": NEW}
    logged_in(user).post(reverse("account_change_password"), answers)
    assert Entry.objects.filter(action="account.password_changed", actor=user).exists()


def start(role: str = "APPROVER", nip: str = "190000000000008888") -> str:
    out = StringIO()
    call_command("first_approver", nip, "Kepala Contoh", "Kepala", "Unit", role=role, stdout=out)
    return out.getvalue()


def test_the_first_approver_of_an_empty_portal_gets_a_link_once() -> None:
    link = next(word for word in start().split() if word.startswith("/"))
    use(link)
    first = User.objects.get()
    assert (first.role, first.is_active, has_new_password(first)) == (Role.APPROVER, True, True)
    with pytest.raises(CommandError, match="sudah ada"):
        start(nip="190000000000007777")
    start(role="IT_ADMIN", nip="190000000000006666")
