"""The one login, as a person and as a stranger who guesses meet it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from cctvportal.accounts.models import User
from cctvportal.audit.models import Entry
from tests.factories.accounts import PASSWORD, applicant, it_admin

pytestmark = pytest.mark.django_db


def login(client: Client, user: User, password: str = PASSWORD, address: str = "10.0.0.1") -> int:
    answer = client.post(
        reverse("account_login"),
        {"login": user.nip, "password": password},
        headers={},
        REMOTE_ADDR=address,
    )
    return answer.status_code


def test_login_with_nip(client: Client) -> None:
    user = applicant()
    assert login(client, user) == 302
    assert client.session["_auth_user_id"] == str(user.pk)
    assert Entry.objects.filter(action="login.done", actor=user).count() == 1


def test_login_with_a_wrong_password_keeps_the_nip(client: Client) -> None:
    user = applicant()
    answer = client.post(reverse("account_login"), {"login": user.nip, "password": "salah"})
    assert answer.status_code == 200
    assert user.nip in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_guessing_is_slowed_down_with_429_and_the_owner_elsewhere_gets_in(client: Client) -> None:
    user = applicant()
    answers = [login(client, user, "salah") for _ in range(10)]
    assert answers[0] == 200
    assert answers[-1] == 429
    assert login(client, user) == 429, "a right password does not jump the wait"
    assert login(Client(), user, address="10.0.0.2") == 302


def test_signup_is_closed(client: Client) -> None:
    page = client.get(reverse("account_signup"))
    client.post(
        reverse("account_signup"),
        {"username": "190000000000000999", "password1": PASSWORD, "password2": PASSWORD},
    )
    assert 'name="password1"' not in page.content.decode()
    assert not User.objects.exists()


def test_an_inactive_person_does_not_get_in(client: Client) -> None:
    user = applicant(is_active=False)
    login(client, user)
    assert "_auth_user_id" not in client.session


def test_the_admin_has_no_login_of_its_own(client: Client) -> None:
    answer = client.get("/admin/login/?next=/admin/")
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


def test_the_desk_does_not_exist_for_a_pemohon(client: Client) -> None:
    client.force_login(applicant(), backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/admin/").status_code == 404


def test_an_applicant_sets_a_password_by_the_link_of_the_admin_once(client: Client) -> None:
    new, admin = applicant(), it_admin()
    client.force_login(admin, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.post(reverse("admin:accounts_user_invite", args=[new.pk]), follow=True)
    link = str(next(iter(page.context["messages"]))).split("http://testserver")[1]
    visitor = Client()
    form = visitor.get(link, follow=True)
    visitor.post(
        form.request["PATH_INFO"], {"password1": PASSWORD + "baru", "password2": PASSWORD + "baru"}
    )
    new.refresh_from_db()
    assert new.check_password(PASSWORD + "baru")
    assert visitor.get(link, follow=True).context["token_fail"]
