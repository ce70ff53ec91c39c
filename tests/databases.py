"""The template database and its clones. No Django: used before settings are read."""

from __future__ import annotations

import os
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from psycopg2 import sql

from cctvportal.embedded.addresses import ROLES, Role

if TYPE_CHECKING:
    from collections.abc import Iterator

TEMPLATE = "portal_template"
ADMIN_URL = "PORTAL_TEST_ADMIN_URL"  # a superuser's address, from the controller to its workers
ERROR = "PORTAL_TEST_DATABASE_ERROR"  # why there is no template; only tests with a database fail
PASSWORD = "portal-test"  # of both roles on a server that asks for one


def address(user: str, name: str) -> str:
    """The test server's address with another user and database."""
    parts = urlsplit(os.environ[ADMIN_URL])
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{user}:{PASSWORD}@{host}", path=f"/{name}"))


def admin_url(name: str) -> str:
    """The superuser's address of another database."""
    return urlunsplit(urlsplit(os.environ[ADMIN_URL])._replace(path=f"/{name}"))


def role_url(role: Role, name: str) -> str:
    return address(ROLES[role], name)


def run(*statements: sql.Composable) -> None:
    with closing(psycopg2.connect(os.environ[ADMIN_URL])) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


@contextmanager
def clone(name: str) -> Iterator[None]:
    """A fresh copy of the template under this name; dropped at the end, whoever is connected."""
    named = sql.Identifier(name)
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(named)
    # Grants on a database are not copied with it.
    make = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
        named, sql.Identifier(TEMPLATE), sql.Identifier(ROLES["owner"])
    )
    revoke = sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(named)
    grant = sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(
        named, sql.Identifier(ROLES["application"])
    )
    run(drop, make, revoke, grant)
    try:
        yield
    finally:
        run(drop)
