"""A portal's servers and databases for the benches: durable, as in service, and their own.

Everything lies under `var/bench-data` (the database perhaps elsewhere, see `embedded.reach`). A
database of a size is filled once and used again until a migration changes; `forget` takes it away.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg2
from psycopg2 import sql

from benches.report import ROOT
from cctvportal.embedded import addresses
from cctvportal.embedded.postgres import Postgres, create_roles
from cctvportal.embedded.reach import make_data_dir
from cctvportal.embedded.valkey import Valkey
from tests.template import fingerprint

HOME: Final = ROOT / "var" / "bench-data"
ADMIN_URL: Final = "PORTAL_BENCH_ADMIN_URL"
FILLED: Final = "filled"  # of a data folder: its database has all its rows


@dataclass(frozen=True, slots=True)
class Office:
    """Running servers. `empty` is the migrated database that others are copied from."""

    home: Path
    server: Postgres
    empty: str

    def run(self, module: str, size: str, *options: str) -> int:
        """A bench that needs Django, on the database of `size` rows; its exit status."""
        done = subprocess.run(
            [sys.executable, "-m", "benches.inside", module, size, *options],
            cwd=ROOT,
            env={**os.environ, **self._environment(size)},
            check=False,
        )
        return done.returncode

    def _environment(self, size: str) -> dict[str, str]:
        name = f"rows_{size}_{self.empty.removeprefix('empty_')}"
        data = self.home / name
        if not (data / FILLED).exists():
            shutil.rmtree(data, ignore_errors=True)
            drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
                *map(sql.Identifier, (name, self.empty, addresses.ROLES["owner"]))
            )
            connect = sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(
                *map(sql.Identifier, (name, addresses.ROLES["application"]))
            )
            _execute(self.home, drop, copy, connect)
        data.mkdir(mode=0o700, exist_ok=True)
        return {
            "DATABASE_URL": addresses.database_url(self.home, "application", name=name),
            "REDIS_URL": addresses.redis_url(self.home),
            ADMIN_URL: addresses.superuser_url(self.home, name=name),
            "PORTAL_DATA_DIR": str(data),
            "PORTAL_SSL_REDIRECT": "0",
            "PORTAL_STATIC_COLLECTED": "0",
            "DJANGO_SETTINGS_MODULE": "cctvportal.settings",
        }


@contextmanager
def opened(*, keep: bool) -> Iterator[Office]:
    """The servers, until the block ends; then the data too is gone unless it is to be kept."""
    home = make_data_dir(HOME)
    with ExitStack() as stack:
        server, valkey = Postgres(home), Valkey(home)
        if not keep:
            stack.callback(_forget, home, server)
        stack.callback(shutil.rmtree, addresses.socket_dir(home), ignore_errors=True)
        stack.callback(server.stop)
        stack.callback(valkey.stop)
        server.prepare()
        server.start(home / "postgres.log")
        valkey.prepare()
        valkey.start(home / "valkey.log")
        yield Office(home, server, _empty(home))


def _empty(home: Path) -> str:
    """The migrated database; those of other migrations are dropped."""
    mark = fingerprint()
    name = f"empty_{mark}"
    for old in _names(home):
        if old.startswith(("empty_", "rows_")) and not old.endswith(mark):
            _execute(home, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(old)))
            shutil.rmtree(home / old, ignore_errors=True)
    if not _exists(home, name):
        create_roles(addresses.superuser_url(home), addresses.superuser_url(home, name=name))
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--no-input", "--verbosity=0"],
            cwd=ROOT,
            env={
                **os.environ,
                "DATABASE_URL": addresses.database_url(home, "owner", name=name),
                "REDIS_URL": addresses.redis_url(home),
                "PORTAL_DATA_DIR": str(home),
            },
            check=True,
        )
    return name


def _forget(home: Path, server: Postgres) -> None:
    shutil.rmtree(server.cluster, ignore_errors=True)
    shutil.rmtree(home, ignore_errors=True)


def _exists(home: Path, name: str) -> bool:
    return name in _names(home)


def _names(home: Path) -> list[str]:
    connection = psycopg2.connect(addresses.superuser_url(home))
    with closing(connection), connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database")
        return [name for (name,) in cursor]


def _execute(home: Path, *statements: sql.Composable) -> None:
    with closing(psycopg2.connect(addresses.superuser_url(home))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
