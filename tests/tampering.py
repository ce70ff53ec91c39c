"""What somebody can do who is superuser of the database and knows where its guards are."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import psycopg2
from psycopg2 import sql

from tests import databases

if TYPE_CHECKING:
    from tests.conftest import RaceDatabase


def tamper(database: RaceDatabase, table: str, statement: str, *values: object) -> int:
    """Carries out `statement`, which calls the table {table}, with every trigger of it off.

    Returns how many rows it hit.
    """
    name = sql.Identifier(table)
    switch = sql.SQL("ALTER TABLE {table} {word} TRIGGER ALL")
    with closing(psycopg2.connect(databases.admin_url(database.name))) as connection:
        with connection, connection.cursor() as cursor:
            cursor.execute(switch.format(table=name, word=sql.SQL("DISABLE")))
            cursor.execute(sql.SQL(statement).format(table=name), values)
            hit: int = cursor.rowcount
            cursor.execute(switch.format(table=name, word=sql.SQL("ENABLE")))
        return hit
