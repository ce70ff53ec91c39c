"""Every URL of the resolver and every service, for seven actors. What is not listed fails."""

from __future__ import annotations

import importlib
import inspect
import os
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from cctvportal.accounts import matrix
from cctvportal.accounts.access import (
    SERVICES,
    TABLE,
    Actor,
    AnonymousReader,
    NotAllowed,
    allows,
)
from cctvportal.accounts.signals import access_denied
from tests.factories import accounts

ROOT = Path(__file__).parent.parent
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PACKAGES = ("cctvportal.accounts", "devices", "recordings", "requests_app")
# What services are made of: questions and checks without an acting user, named one by one.
TOOLS = re.compile(
    r"recordings\.services\.(volumes|absent_keys|clockguard|doubts|marks|restored|tombstones|forecast)\."
    r"|recordings\.services\.(amounts|impact|leaving|scratch)\."
    r"|recordings\.services\.plans\.term_of$"
    r"|recordings\.services\.retention\.(plans_of|shortens|expected|check|answered)$"
    r"|recordings\.services\.watching\."
    r"|recordings\.services\.alarms\.(current|recent|told|looked_at|count_for)$"
    r"|recordings\.services\.erase\.(gate|under_hold|expired|insist)$"
    r"|recordings\.services\.verify\.(register$|\w+\.)"
    r"|recordings\.services\.custody\.(leaf|leaf_of|root_of|facts_of)$"
    r"|recordings\.services\.fold\.day_hash$"
    r"|recordings\.services\.leases\.(owner_name|node_of|lease_seconds)$"
    r"|recordings\.services\.reconcile_(state|walk)\."
    r"|recordings\.services\.damage\.examine$"
    r"|recordings\.services\.hold_limits\.check_\w+$"
    r"|recordings\.services\.held\.(active_ranges|with_wish|merged|touching|weigh|daily|wish_of)$"
    r"|recordings\.services\.disks\.(opened|mounted|unready)$"
    r"|recordings\.services\.keterangan\.told$"
    r"|requests_app\.services\.advance\.(expect|first_was|locked)$"
    r"|requests_app\.services\.(limits\.(check_\w+|purpose_of)|letters\.checked)$"
)
# Pages that come with a package; ours name their permission themselves.
PACKAGED = {
    "account_login": "accounts.login",
    "account_signup": "accounts.login",
    "account_reset_password_from_key": "accounts.login",
    "account_reset_password_from_key_done": "accounts.login",
    "account_logout": "accounts.login",
    "account_change_password": "accounts.own",
    "account_reauthenticate": "accounts.own",
    "set_language": "accounts.login",
    "health_live": "accounts.login",
    "health_ready": "accounts.login",
    # Its own gate is a token that no person has.
    "health_metrics": "accounts.login",
    "admin:index": "accounts.enter_desk",
    "admin:app_list": "accounts.enter_desk",
    "admin:login": "accounts.enter_desk",
    "admin:logout": "accounts.enter_desk",
    "admin:password_change": "accounts.enter_desk",
    "admin:password_change_done": "accounts.enter_desk",
    "admin:autocomplete": "accounts.enter_desk",
    "admin:jsi18n": "accounts.enter_desk",
    "admin:view_on_site": "accounts.enter_desk",
}
# What stands in the place of an id: no object has it, so only the page's own gate is asked.
SAMPLES: dict[str, Any] = {
    "int": 1,
    "uuid": uuid4(),
    "string": "a",
    "slug": "a",
    "path": "1",
    "day": date(2026, 1, 1),
}
pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Page:
    name: str
    path: str
    permission: str | None


def walk(
    patterns: list[Any], spaces: tuple[str, ...] = (), above: dict[str, Any] | None = None
) -> Iterator[tuple[str, URLPattern, dict[str, Any]]]:
    """Each named URL with its full name and the converters of its whole path."""
    for pattern in patterns:
        converters = {**(above or {}), **pattern.pattern.converters}
        if isinstance(pattern, URLResolver):
            deeper = (*spaces, pattern.namespace) if pattern.namespace else spaces
            yield from walk(pattern.url_patterns, deeper, converters)
        elif pattern.name is not None:
            yield ":".join([*spaces, pattern.name]), pattern, converters


def permission_of(name: str, pattern: URLPattern) -> str | None:
    if own := getattr(pattern.callback, "permission", None):
        return str(own)
    if name in PACKAGED:
        return PACKAGED[name]
    if match := re.fullmatch(
        r"admin:([a-z_]+?)_([a-z]+)_(changelist|add|change|delete|history)", name
    ):
        app, model, action = match.groups()
        verb = {"add": "add", "delete": "delete"}.get(action, "view")
        return f"{app}.{verb}_{model}"
    return None


def sample(converter: object) -> Any:
    return SAMPLES[type(converter).__name__.removesuffix("Converter").lower()]


def pages() -> list[Page]:
    found = []
    for name, pattern, converters in walk(get_resolver().url_patterns):
        kwargs = {key: sample(converter) for key, converter in converters.items()}
        if name == "admin:app_list":
            kwargs = {"app_label": "accounts"}
        if name == "account_reset_password_from_key":
            kwargs = {"uidb36": "a", "key": "b"}
        found.append(Page(name, reverse(name, kwargs=kwargs), permission_of(name, pattern)))
    return found


def services() -> Iterator[tuple[str, Any]]:
    for package in PACKAGES:
        root = importlib.import_module(package)
        for info in pkgutil.walk_packages(root.__path__, f"{package}."):
            if ".services" not in info.name:
                continue
            module = importlib.import_module(info.name)
            for name, value in inspect.getmembers(module, inspect.isfunction):
                if not name.startswith("_") and value.__module__ == info.name:
                    yield f"{info.name}.{name}", value


@pytest.fixture
def people() -> dict[Actor, Any]:
    return {
        Actor.APPLICANT: accounts.applicant(),
        Actor.APPROVER: accounts.approver(),
        Actor.DELEGATE: accounts.delegate(),
        Actor.OFFICER: accounts.officer(),
        Actor.AUDITOR: accounts.auditor(),
        Actor.IT_ADMIN: accounts.it_admin(),
        Actor.ANONYMOUS: AnonymousReader(),
    }


def test_every_page_names_its_permission() -> None:
    assert [page.name for page in pages() if page.permission not in TABLE] == []


def test_every_service_stands_behind_the_gate() -> None:
    open_doors = [name for name, _ in services() if name not in SERVICES and not TOOLS.search(name)]
    assert open_doors == []
    tools = [function for name, function in services() if TOOLS.search(name)]
    assert [one for one in tools if "by" in inspect.signature(one).parameters] == []
    assert set(SERVICES.values()) <= set(TABLE)


@pytest.mark.parametrize("actor", Actor)
def test_every_page_lets_in_whom_the_table_allows(actor: Actor, people: dict[Actor, Any]) -> None:
    visitor = people[actor]
    for page in pages():
        client, refusals = Client(raise_request_exception=False), []
        if actor is not Actor.ANONYMOUS:
            client.force_login(visitor, backend=BACKEND)

        def note(permission: str, target: Any, **_: Any) -> None:
            refusals.append(permission if target is None else None)  # noqa: B023 - used at once

        access_denied.connect(note, weak=False)
        try:
            answer = client.get(page.path, follow=page.name.startswith("admin:"))
        finally:
            access_denied.disconnect(note)
        assert page.permission is not None
        if page.name in {"account_login", "account_logout"}:
            continue  # they lead to the login by themselves
        turned_away = page.permission in refusals or _sent_to(answer, "account_login")
        if allows(page.permission, visitor):
            assert not turned_away, page
        else:
            # Django's admin sends back to its front page before it asks about a missing object.
            away = turned_away or _sent_to(answer, "admin:index")
            assert away or answer.status_code in {403, 404}, page


def _sent_to(answer: Any, name: str) -> bool:
    chain = [url for url, _ in getattr(answer, "redirect_chain", [])]
    where = [url.partition("?")[0] for url in [*chain, answer.headers.get("Location", "")]]
    return reverse(name) in where


@pytest.mark.parametrize("actor", Actor)
def test_every_service_refuses_whom_the_table_refuses(
    actor: Actor, people: dict[Actor, Any]
) -> None:
    by = AnonymousUser() if actor is Actor.ANONYMOUS else people[actor]
    for name, function in services():
        if name in SERVICES and not allows(SERVICES[name], by):
            with pytest.raises(NotAllowed):
                function(by=by)


def test_the_document_is_the_table(
    people: dict[Actor, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    text = matrix.render(people)
    document = ROOT / "docs" / "permissions.md"
    if os.environ.get("WRITE_PERMISSIONS"):
        document.write_text(text)
    assert document.read_text() == text, "run: make permissions"
    with capsys.disabled():
        print(  # noqa: T201 - the size is what the reader of the log wants to see
            f"\npermissions: {len(pages())} URLs and {len(SERVICES)} services x {len(Actor)} actors"
        )
