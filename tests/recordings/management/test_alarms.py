from __future__ import annotations

import io
import json
from datetime import timedelta

import pytest
from django.core.management import call_command

from cctvportal.accounts.access import SYSTEM
from cctvportal.common.clock import now
from recordings.enums import AlarmKind
from recordings.models import WatchRound
from recordings.services import alarms

pytestmark = pytest.mark.django_db


def said(*options: str) -> tuple[int, list[str]]:
    out = io.StringIO()
    try:
        call_command("alarms", *options, stdout=out)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue().splitlines()
    return 0, out.getvalue().splitlines()


def test_without_alarms_it_says_nothing_and_exits_with_0() -> None:
    WatchRound.objects.create(looked_at=now())
    assert said() == (0, [])


def test_an_open_alarm_is_a_line_and_a_1_for_the_monitor() -> None:
    WatchRound.objects.create(looked_at=now())
    alarms.raise_(AlarmKind.LATE_EXPIRY, "", {"late_seconds": 7200}, by=SYSTEM)
    code, (line,) = said()
    assert code == 1
    assert "LATE_EXPIRY: Ada rekaman yang belum terhapus 2 jam" in line
    assert "docs/troubleshoot.md#late-expiry" in line
    code, (line,) = said("--json")
    told = json.loads(line)
    assert (code, told["kind"], told["urgent"]) == (1, "LATE_EXPIRY", True)


def test_a_dead_watch_is_an_alarm_of_its_own() -> None:
    WatchRound.objects.create(looked_at=now() - timedelta(minutes=10))
    code, (line,) = said()
    assert code == 1
    assert "WATCH_SILENT" in line
