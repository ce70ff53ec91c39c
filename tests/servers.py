"""pytest plugin (`-p tests.servers`): one PostgreSQL for the run, one Valkey for each worker.

Both must stand, and their addresses be in the environment, before pytest-django reads the
settings. The controller starts PostgreSQL and builds the template; xdist's workers find its
address in the environment they inherit.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings

from cctvportal.embedded import addresses
from cctvportal.embedded.postgres import Postgres
from cctvportal.embedded.refusal import CannotStart
from cctvportal.embedded.valkey import Valkey
from tests import databases, template

if TYPE_CHECKING:
    from collections.abc import Generator

HOME = "PORTAL_TEST_HOME"
PREFIX = "portal-test-"
_MEMORY = "/dev/shm"  # noqa: S108 - each test has a private folder in it
_ROOM = 4 << 30


def worker_name() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    """A wrapper, because only those run before pytest-django's own first hook."""
    known = early_config.known_args_namespace
    if not (known.help or known.version):
        stack = ExitStack()
        early_config.add_cleanup(stack.close)
        if settings.configured:
            raise pytest.UsageError("Something read the settings before the servers stood.")
        try:
            start(stack)
        except CannotStart as error:
            stack.close()
            raise pytest.UsageError(str(error)) from None
    return (yield)


def start(stack: ExitStack) -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        _use_memory()
        os.environ[HOME] = str(_make_home(stack))
        _start_postgres(stack, Path(os.environ[HOME]))
    home = Path(os.environ[HOME]) / worker_name()
    home.mkdir(mode=0o711)
    if "REDIS_URL" not in os.environ or "PYTEST_XDIST_WORKER" in os.environ:
        _start_valkey(stack, home)
    # Children of a test (manage.py, workers) read these too and so land in the same place.
    os.environ["DATABASE_URL"] = databases.role_url("application", f"test_{worker_name()}")
    os.environ["PORTAL_DATA_DIR"] = str(home / "data")
    os.environ.setdefault("PORTAL_SSL_REDIRECT", "0")
    os.environ.setdefault("PORTAL_STATIC_COLLECTED", "0")


def _use_memory() -> None:
    """Databases and folders of tests last for seconds: in memory a clone costs half as much."""
    if "TMPDIR" in os.environ or not os.access(_MEMORY, os.W_OK):
        return
    if shutil.disk_usage(_MEMORY).free >= _ROOM:
        os.environ["TMPDIR"] = _MEMORY
        tempfile.tempdir = None  # it is looked up once


def _make_home(stack: ExitStack) -> Path:
    """A folder named after our pid; those of runs that were killed are swept away."""
    for old in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        pid = old.name.removeprefix(PREFIX).partition("-")[0]
        if not Path(f"/proc/{pid}").exists():
            shutil.rmtree(old, ignore_errors=True)
    home = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    home.chmod(0o711)  # the servers' account passes through
    stack.callback(shutil.rmtree, home, ignore_errors=True)
    return home


def _start_postgres(stack: ExitStack, home: Path) -> None:
    given = os.environ.get("DATABASE_URL")
    server = Postgres(home, durable=False)
    os.environ[databases.ADMIN_URL] = given or addresses.superuser_url(home)
    os.environ["PORTAL_DATA_DIR"] = str(home / "template")
    try:
        if given:
            template.build()
        else:
            stack.callback(shutil.rmtree, addresses.socket_dir(home), ignore_errors=True)
            stack.callback(server.stop)
            template.start(server, home / "postgres.log")
    except CannotStart as error:
        # Much needs no database: those tests still run, the others say why they cannot.
        os.environ[databases.ERROR] = str(error)


def _start_valkey(stack: ExitStack, home: Path) -> None:
    server = Valkey(home)
    stack.callback(shutil.rmtree, addresses.socket_dir(home), ignore_errors=True)
    stack.callback(server.stop)
    server.prepare()
    server.start(home / "valkey.log")
    os.environ["REDIS_URL"] = addresses.redis_url(home)
