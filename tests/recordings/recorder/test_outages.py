"""PostgreSQL and Valkey stop for a while: recording goes on, and the rows follow (shows 4).

Each outage lasts PORTAL_TEST_OUTAGE seconds, eight where nothing is said; the issue's is sixty.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.db import connections

from cctvportal.accounts.access import SYSTEM
from cctvportal.common.clock import ago, now
from cctvportal.embedded import addresses
from cctvportal.embedded.postgres import Postgres
from cctvportal.embedded.valkey import Valkey
from recordings.models import Alarm, Gap, Segment, Volume
from recordings.services import volumes
from recordings.services.reconcile import reconcile
from tests import databases, template
from tests.factories.recordings import VolumeFactory
from tests.recordings.recorder.watching import eventually, ready
from tests.servers import HOME, worker_name

if TYPE_CHECKING:
    from datetime import datetime

    from pytest_django import DjangoDbBlocker

    from devices.models import Camera
    from tests.recordings.recorder.conftest import Mount, Register, StartNode

pytestmark = pytest.mark.slow
OUTAGE = float(os.environ.get("PORTAL_TEST_OUTAGE", "8"))
SEAM = timedelta(seconds=0.3)


@dataclass(frozen=True, slots=True)
class Servers:
    """Of this test alone, so that they can be stopped."""

    postgres: Postgres
    valkey: Valkey
    home: Path

    def stop_postgres(self) -> None:
        connections.close_all()
        self.postgres.stop()

    def start_postgres(self) -> None:
        self.postgres.prepare()
        self.postgres.start(self.home / "postgres.log")

    def start_valkey(self) -> None:
        self.valkey.start(self.home / "valkey.log")


@pytest.fixture
def servers(
    template_database: str,
    django_db_blocker: DjangoDbBlocker,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Servers]:
    home = Path(os.environ[HOME]) / f"outage-{worker_name()}"
    home.mkdir(mode=0o711)
    monkeypatch.setenv(databases.ADMIN_URL, addresses.superuser_url(home))
    made = Servers(Postgres(home, durable=False), Valkey(home), home)
    template.start(made.postgres, home / "postgres.log")
    made.valkey.prepare()
    made.start_valkey()
    name = "race_outage"
    url = databases.role_url("application", name)
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("REDIS_URL", addresses.redis_url(home))
    default = connections.settings["default"]
    monkeypatch.setitem(default, "NAME", name)
    monkeypatch.setitem(default, "HOST", str(addresses.postgres_socket_dir(home)))
    try:
        with databases.clone(name), django_db_blocker.unblock():
            connections.close_all()
            yield made
            connections.close_all()
    finally:
        made.valkey.stop()
        made.postgres.stop()
        for folder in (home, addresses.socket_dir(home)):
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def volume(servers: Servers, data_dir: Path, quick: None) -> Volume:
    made: Volume = VolumeFactory(node="node-1", path=str(data_dir / "footage"))
    volumes.prepare(made)
    return made


def test_nothing_is_lost_while_the_database_and_then_the_broker_are_away(
    mounts: list[Mount],
    register: Register,
    volume: Volume,
    servers: Servers,
    start_node: StartNode,
) -> None:
    cameras = [register(mount) for mount in mounts[:4]]
    start_node(PORTAL_LEASE_SECONDS="30")
    eventually(lambda: all(ready(camera, 2) for camera in cameras), 60)
    away = through(servers.stop_postgres, servers.start_postgres, cameras)
    alarm = eventually(lambda: Alarm.objects.filter(kind="DATABASE_AWAY").first())
    eventually(lambda: Alarm.objects.filter(pk=alarm.pk, cleared_at__isnull=False).first())
    alarm.refresh_from_db()
    assert alarm.subject == "node-1"
    assert abs(alarm.opened_at - away[0]) < timedelta(seconds=5)
    assert alarm.cleared_at is not None
    assert away[1] <= alarm.cleared_at < away[1] + timedelta(seconds=15)
    through(servers.valkey.stop, servers.start_valkey, cameras)
    assert Alarm.objects.count() == 1
    found = reconcile(volume, min_age=timedelta(0), by=SYSTEM)
    assert (found.unexplained, found.adopted, found.salvaged, found.holes) == ([], 0, 0, 0)


def through(
    stop: Callable[[], None], start: Callable[[], None], cameras: list[Camera]
) -> tuple[datetime, datetime]:
    """From when to when it was away; footage of all that time is there, with a row each."""
    stop()
    since = now()
    time.sleep(OUTAGE)
    start()
    until = now()
    for camera in cameras:
        segments = eventually(partial(sealed_beyond, camera, until), 30)
        during = [each for each in segments if each.started_at and since < each.started_at < until]
        assert len(during) >= OUTAGE / 2 - 2
        for before, behind in pairwise(segments):
            assert before.ended_at is not None
            assert behind.started_at is not None
            assert abs(behind.started_at - before.ended_at) < SEAM
    assert not Gap.objects.exists()
    stale = Segment.objects.filter(state="OPEN", started_at__lt=ago(10))
    eventually(lambda: not stale.exists(), 15)
    return since, until


def sealed_beyond(camera: Camera, moment: datetime) -> list[Segment] | None:
    segments = ready(camera) or []
    behind = [each for each in segments if each.started_at and each.started_at > moment]
    return segments if behind else None
