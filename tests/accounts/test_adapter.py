"""Whose address counts, behind proxies and in front of forgers."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import Settings

from cctvportal import env
from cctvportal.accounts.adapter import AccountAdapter
from tests.factories.accounts import applicant

PROXY = "172.18.0.2"


def seen(remote: str, forwarded: str | None) -> str:
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    request = RequestFactory().get("/", headers=headers, REMOTE_ADDR=remote)
    return AccountAdapter().get_client_ip(request)


@pytest.mark.parametrize(
    ("remote", "forwarded", "address"),
    [
        (PROXY, "10.0.0.7", "10.0.0.7"),
        (PROXY, "1.2.3.4, 10.0.0.7", "10.0.0.7"),
        (PROXY, "1.2.3.4, 10.0.0.7, 172.18.0.9", "10.0.0.7"),
        (PROXY, "1.2.3.4, ngawur", PROXY),
        (PROXY, "fd00::7", "fd00::7"),
        (PROXY, None, PROXY),
        ("10.0.0.7", "1.2.3.4", "10.0.0.7"),
        ("", "1.2.3.4", ""),
    ],
)
def test_only_our_proxies_are_believed(
    settings: Settings, remote: str, forwarded: str | None, address: str
) -> None:
    settings.PORTAL_TRUSTED_PROXIES = [ip_network("172.18.0.0/16")]
    assert seen(remote, forwarded) == address


def test_nobody_is_believed_by_default() -> None:
    assert seen(PROXY, "10.0.0.7") == PROXY


def test_a_wrong_network_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_TRUSTED_PROXIES", "172.18.0.0/16, kantor")
    with pytest.raises(SystemExit, match="PORTAL_TRUSTED_PROXIES"):
        env.networks("PORTAL_TRUSTED_PROXIES")


@pytest.mark.django_db
def test_a_guesser_behind_the_proxy_does_not_slow_down_the_others(settings: Settings) -> None:
    settings.PORTAL_TRUSTED_PROXIES = [ip_network("172.18.0.0/16")]

    def guess(address: str, invented: str) -> int:
        answer = Client().post(
            reverse("account_login"),
            {"login": user.nip, "password": "salah"},
            headers={"X-Forwarded-For": f"{invented}, {address}"},
            REMOTE_ADDR=PROXY,
        )
        return answer.status_code

    user = applicant()
    answers = [guess("10.0.0.7", f"10.1.1.{turn}") for turn in range(8)]
    assert answers[-1] == 429, "an invented address is no new start"
    assert guess("10.0.0.8", "10.0.0.7") == 200
