from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.db import connection
from django.db.utils import ProgrammingError

from tests.concurrency import in_threads
from tests.template import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RaceDatabase


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    ["CREATE TABLE nope (id int)", "CREATE TEMPORARY TABLE nope (id int)", "TRUNCATE auth_group"],
)
def test_the_tests_have_the_rights_of_the_application(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("portal_app",)
        with pytest.raises(ProgrammingError, match="permission denied"):
            cursor.execute(statement)


@pytest.mark.django_db
@pytest.mark.parametrize("run", [1, 2])
def test_rows_of_one_test_are_gone_in_the_next(run: int) -> None:
    Group.objects.create(name="sekali")
    assert Group.objects.filter(name="sekali").count() == 1


@pytest.mark.parametrize("run", [1, 2])
def test_race_database_is_fresh_and_commits(race_db: RaceDatabase, run: int) -> None:
    def make() -> str:
        return Group.objects.create(name="sekali").name

    outcomes = in_threads(make, make)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["IntegrityError", "str"]
    assert Group.objects.count() == 1


def test_child_process_sees_what_the_race_test_committed(race_db: RaceDatabase) -> None:
    Group.objects.create(name="dari induk")
    code = (
        "import django; django.setup();"
        "from django.contrib.auth.models import Group; print(Group.objects.get().name)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "cctvportal.settings"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "dari induk"


@pytest.mark.django_db
@pytest.mark.parametrize("run", [1, 2])
def test_counters_of_one_test_are_gone_in_the_next(run: int) -> None:
    assert cache.get("hitungan") is None
    cache.set("hitungan", run)


def test_data_folder_is_private_and_empty(data_dir: Path) -> None:
    assert os.environ["PORTAL_DATA_DIR"] == str(data_dir)
    assert list(data_dir.iterdir()) == []
    assert data_dir.stat().st_mode & 0o777 == 0o700
