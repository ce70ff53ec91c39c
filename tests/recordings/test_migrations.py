"""What stood in two columns of each plan becomes policies, and can be taken back."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import psycopg2
import pytest
from django.conf import settings
from psycopg2 import sql

from cctvportal.embedded.postgres import create_roles
from tests import databases

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME: Final = "test_retention_migration"
SOP: Final = "SOP 20/SEKRETARIAT/XII/2021, langkah 5"
OLD: Final = [
    (1, timedelta(days=30), SOP),
    (2, timedelta(days=30), SOP),
    (3, timedelta(days=30), "Keputusan Kepala BKPSDM"),
    (4, timedelta(minutes=2), SOP),
]
PLAN: Final = """
INSERT INTO recordings_recordingplan (camera_id, volume_id, keep_for, legal_basis, owner, fence)
VALUES (%s, '00000000-0000-4000-8000-000000000001', %s, %s, '', 0)
"""


@pytest.fixture
def empty(template_database: str) -> Iterator[None]:
    """A database of its own, with the roles and no table."""
    assert template_database
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(NAME))
    databases.run(drop)
    create_roles(os.environ[databases.ADMIN_URL], databases.admin_url(NAME))
    yield
    databases.run(drop)


def migrate(*to: str) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--no-input", "--verbosity=0", *to],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": databases.role_url("owner", NAME)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]


def ask(question: str, *rows: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """As a superuser, whom no foreign key stops: the plans' cameras are of no interest here."""
    address = databases.admin_url(NAME)
    with (
        closing(psycopg2.connect(address)) as connection,
        connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("SET session_replication_role = replica")
        for given in rows or ((),):
            cursor.execute(question, given or None)
        return cursor.fetchall() if cursor.description else []


@pytest.mark.usefixtures("empty")
def test_each_distinct_term_and_ground_becomes_one_policy_and_back() -> None:
    migrate("recordings", "0005")
    ask(PLAN, *OLD)
    migrate("recordings", "0006")
    policies = ask("SELECT name, purpose, keep_for, legal_basis FROM recordings_retentionpolicy")
    assert sorted(policies) == [
        ("Keamanan, 2 menit", "SECURITY", timedelta(minutes=2), SOP),
        ("Keamanan, 30 hari", "SECURITY", timedelta(days=30), "Keputusan Kepala BKPSDM"),
        ("Keamanan, 30 hari (2)", "SECURITY", timedelta(days=30), SOP),
    ]
    kept = ask(
        "SELECT camera_id, keep_for, legal_basis FROM recordings_recordingplan "
        "JOIN recordings_retentionpolicy p ON p.id = policy_id ORDER BY camera_id"
    )
    assert kept == OLD
    migrate("recordings", "0005")
    columns = "SELECT camera_id, keep_for, legal_basis FROM recordings_recordingplan"
    assert ask(f"{columns} ORDER BY camera_id") == OLD
