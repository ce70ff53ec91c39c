"""Databases, folders and a served portal for the tests."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache
from django.db import connections
from pytest_django.live_server_helper import LiveServer
from xdist.scheduler import LoadScopeScheduling

from tests import databases
from tests.browser import browser_page, chromium_browser
from tests.servers import worker_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_django import DjangoDbBlocker, Settings
    from xdist.remote import Producer

__all__ = ["browser_page", "chromium_browser"]
_STORIES = "tests/e2e/"
_LONGEST = (
    _STORIES,
    "tests/faults/",
    "tests/requests_app/desk/test_browser",
    "tests/recordings/recorder/",
    "tests/test_permissions",
    "tests/embedded/",
)
_TOUCHES_STATE = {"db", "race_db"}
# The real ones cost tens of milliseconds on purpose; a test of theirs sets them again.
_QUICK_HASHER = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@dataclass(frozen=True, slots=True)
class RaceDatabase:
    """A database of one test: commits are real, and other processes may join in."""

    name: str
    owner_url: str
    application_url: str


@pytest.fixture(scope="session")
def template_database() -> str:
    """Its name; a test that needs a database fails here when the migrations did."""
    if problem := os.environ.get(databases.ERROR):
        pytest.fail(problem, pytrace=False)
    return databases.TEMPLATE


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker, template_database: str
) -> Iterator[None]:
    """This worker's clone, as the application role: what production may not do, tests cannot."""
    with databases.clone(f"test_{worker_name()}"):
        yield
        with django_db_blocker.unblock():
            connections.close_all()


@pytest.fixture
def race_db(
    request: pytest.FixtureRequest,
    template_database: str,
    django_db_blocker: DjangoDbBlocker,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[RaceDatabase]:
    """A fresh clone for one test, in place of `db`; see tests/concurrency.py."""
    if "db" in request.fixturenames:
        pytest.fail("race_db commits for real and stands in place of db.", pytrace=False)
    name = f"race_{worker_name()}"
    database = RaceDatabase(
        name=name,
        owner_url=databases.role_url("owner", name),
        application_url=databases.role_url("application", name),
    )
    monkeypatch.setenv("DATABASE_URL", database.application_url)
    # One dictionary is behind the connections of all threads.
    monkeypatch.setitem(connections.settings["default"], "NAME", name)
    with databases.clone(name), django_db_blocker.unblock():
        connections.close_all()
        yield database
        connections.close_all()


@pytest.fixture
def transactional_db() -> None:
    """pytest-django would empty the tables with TRUNCATE, which the audit book refuses."""
    pytest.fail("Use race_db: append-only tables cannot be emptied.", pytrace=False)


@pytest.fixture
def data_dir(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PORTAL_DATA_DIR of one test, for the settings and for child processes."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    settings.PORTAL_DATA_DIR = folder
    settings.MEDIA_ROOT = folder / "letters"
    monkeypatch.setenv("PORTAL_DATA_DIR", str(folder))
    return folder


@pytest.fixture
def portal_server(race_db: RaceDatabase) -> Iterator[str]:
    """The address of the portal, served from a thread on a database of its own."""
    server = LiveServer("localhost")
    server._live_server_modified_settings.enable()
    try:
        yield server.url
    finally:
        server.stop()
        server._live_server_modified_settings.disable()


@pytest.fixture(autouse=True)
def _clean_state(request: pytest.FixtureRequest) -> None:
    """Throttle counters and queued messages of one test must not reach the next."""
    if _TOUCHES_STATE & set(request.fixturenames) or request.node.get_closest_marker("django_db"):
        cache.clear()
        request.getfixturevalue("settings").PASSWORD_HASHERS = _QUICK_HASHER


@pytest.hookimpl(trylast=True)  # pytest-django sorts too
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, so that no worker is left alone with them."""
    items.sort(key=lambda item: not item.nodeid.startswith(_LONGEST))


class _Scheduling(LoadScopeScheduling):  # type: ignore[misc] # without hints it is Any
    """A file keeps its servers and its browser in one worker; the stories share one portal."""

    def _split_scope(self, nodeid: str) -> str:
        return _STORIES if nodeid.startswith(_STORIES) else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    return _Scheduling(config, log)
