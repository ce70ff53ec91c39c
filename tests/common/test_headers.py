"""What a browser is told with every answer, run as an office runs it (no demo)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.factories import accounts

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PAGES = ["/akun/masuk/", "/tidak-ada/", "/", "/admin/", "/admin/devices/camera/", "/admin/tidak/"]
NEEDED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def policy(answer: Any) -> dict[str, list[str]]:
    parts = answer.headers["Content-Security-Policy"].split(";")
    return {name: values for name, *values in (part.split() for part in parts if part.strip())}


@pytest.fixture
def desk() -> Client:
    client = Client()
    client.force_login(accounts.officer(), backend=BACKEND)
    return client


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("inside", [True, False])
def test_every_page_says_how_it_may_be_used(desk: Client, path: str, inside: bool) -> None:  # noqa: FBT001 - a parameter of a test
    answer = (desk if inside else Client()).get(path, secure=True)
    assert {name: answer.headers.get(name) for name in NEEDED} == NEEDED
    assert "no-store" in answer.headers["Cache-Control"]
    assert int(re.findall(r"\d+", answer.headers["Strict-Transport-Security"])[0]) >= 31_536_000
    rules = policy(answer)
    assert (rules["default-src"], rules["frame-ancestors"]) == (["'none'"], ["'none'"])
    assert (rules["script-src"], rules["style-src"]) == (["'self'"], ["'self'"])
    assert (rules["base-uri"], rules["form-action"]) == (["'none'"], ["'self'"])
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    inline = r"<script(?![^>]*\bsrc=)|<[^>]+\s(?:style|on[a-z]+)="
    assert not re.search(inline, answer.content.decode()), "the policy would block it"


def test_a_static_file_is_taken_for_nothing_else() -> None:
    answer: Any = Client().get("/static/js/player.js", secure=True)
    assert answer.status_code == 200
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert "Set-Cookie" not in answer.headers
    b"".join(answer)


def test_cookies_stay_on_this_host_and_away_from_scripts() -> None:
    assert not settings.PORTAL_DEMO
    client, user = Client(), accounts.applicant()
    client.get(reverse("account_login"), secure=True)
    given = {"login": user.nip, "password": accounts.PASSWORD}
    client.post(reverse("account_login"), given, secure=True)
    assert {"__Host-sesi", "__Host-csrf"} <= set(client.cookies)
    for name in ("__Host-sesi", "__Host-csrf"):
        cookie = client.cookies[name]
        assert (bool(cookie["secure"]), bool(cookie["httponly"])) == (True, True)
        assert (cookie["samesite"], cookie["path"], cookie["domain"]) == ("Lax", "/", "")
    assert client.cookies["__Host-sesi"]["max-age"] == "", "ends with the browser"


def test_plain_http_is_led_to_tls(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    answer: HttpResponse = Client().get("/akun/masuk/")  # type: ignore[assignment] # the stubs' own
    assert answer.headers["Location"].startswith("https://")
