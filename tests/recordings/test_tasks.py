from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings

from recordings.models import WatchRound
from recordings.tasks import watch_results

if TYPE_CHECKING:
    from tests.conftest import RaceDatabase

_WORKER = "-m celery -A cctvportal worker -Q recorder -P solo --without-gossip --without-mingle"


@pytest.fixture
def recorder(race_db: RaceDatabase, data_dir: Path) -> Iterator[None]:
    """A worker that hears what a recorder hears, and records nothing."""
    command = [sys.executable, *_WORKER.split(), "-n", "watch@%h", "-l", "ERROR"]
    process = subprocess.Popen(command, cwd=settings.BASE_DIR)
    yield
    process.terminate()
    assert process.wait(30) == 0


@pytest.mark.race
def test_the_watch_goes_to_the_recorder_where_no_export_stands_before_it(recorder: None) -> None:
    watch_results.delay()
    deadline = time.monotonic() + 90
    while not WatchRound.objects.exclude(looked_at=None).exists():
        assert time.monotonic() < deadline, "nobody took the message"
        time.sleep(0.2)
