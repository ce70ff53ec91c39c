"""All rows of the live database, taken once and put back before each fault.

A clone of the template would do, but costs a checkpoint and a thousand files each time. This is a
superuser's work: the tables that nobody may empty have their triggers off for one transaction.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg2
from psycopg2 import sql

from tests import databases

if TYPE_CHECKING:
    from psycopg2.extensions import cursor

_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
_ALWAYS = """
    SELECT tgrelid::regclass::text, tgname FROM pg_trigger
    WHERE tgenabled = 'A' AND NOT tgisinternal
"""
_LEAVE = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@dataclass(frozen=True, slots=True)
class Content:
    """Rows by table, as COPY writes them."""

    rows: dict[str, bytes]

    @classmethod
    def taken(cls, database: str) -> Content:
        with _superuser(database) as at:
            return cls({table: _copied(at, table) for table in _names(at, _TABLES)})

    def put_back(self, database: str) -> None:
        """Whoever is connected is sent away first. Sequences go on where they are."""
        with _superuser(database) as at:
            at.execute(_LEAVE)
            at.execute("SET LOCAL session_replication_role = replica")
            at.execute(_ALWAYS)
            guards = [(str(table), str(name)) for table, name in at.fetchall()]
            _switch(at, "DISABLE TRIGGER", guards)
            for table in _filled(at, list(self.rows)):
                at.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
            for table, rows in self.rows.items():
                if rows:
                    copy = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))
                    at.copy_expert(copy, io.BytesIO(rows))
            _switch(at, "ENABLE ALWAYS TRIGGER", guards)


@contextmanager
def _superuser(database: str) -> Iterator[cursor]:
    """One transaction."""
    with (
        closing(psycopg2.connect(databases.admin_url(database))) as connection,
        connection,
        connection.cursor() as at,
    ):
        yield at


def _names(at: cursor, query: str) -> list[str]:
    at.execute(query)
    return [str(name) for (name,) in at.fetchall()]


def _copied(at: cursor, table: str) -> bytes:
    rows = io.BytesIO()
    at.copy_expert(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table)), rows)
    return rows.getvalue()


def _filled(at: cursor, tables: list[str]) -> list[str]:
    """Those with a row in them."""
    one = sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})")
    parts = [one.format(sql.Literal(name), sql.Identifier(name)) for name in tables]
    at.execute(sql.SQL(" UNION ALL ").join(parts))
    return [str(name) for (name,) in at.fetchall()]


def _switch(at: cursor, how: str, guards: list[tuple[str, str]]) -> None:
    for table, name in guards:
        at.execute(
            sql.SQL("ALTER TABLE {} {} {}").format(
                sql.Identifier(table), sql.SQL(how), sql.Identifier(name)
            )
        )
