"""Each queue has one program that hears it; what takes hours stands before nothing else."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from django.conf import settings

from cctvportal.embedded import programs
from cctvportal.jobs.registry import HANDLERS, QUEUES
from tests.faults.office import COMMANDS
from tests.template import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PLAN = programs.Plan(ROOT, Path("/var/lib/portal"), 8000, postgres=None, valkey=None)
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def heard(commands: Iterable[Sequence[str]]) -> list[str]:
    """The queues that these programs hear, each as often as it is heard."""
    listening = [words[words.index("-Q") + 1] for words in commands if "-Q" in words]
    return sorted(name for names in listening for name in names.split(","))


def rung_in() -> list[str]:
    """Every queue into which beat, or a job of any kind, puts a message."""
    default = settings.CELERY_TASK_DEFAULT_QUEUE
    routed = {each["queue"] for each in settings.CELERY_TASK_ROUTES.values()}
    return sorted({default} | routed | {QUEUES[kind] for kind in HANDLERS})


@pytest.mark.parametrize(
    "commands",
    [
        [program.command for program in programs.portal(PLAN)],
        [each["command"] for each in COMPOSE["services"].values() if "command" in each],
        list(COMMANDS.values()),
    ],
    ids=["make run", "compose", "faults"],
)
def test_every_queue_is_heard_by_one_program(commands: list[Sequence[str]]) -> None:
    assert heard(commands) == rung_in()


def test_exports_stand_before_nothing_that_must_be_in_time() -> None:
    apart = {kind for kind, queue in QUEUES.items() if queue == "exports"}
    assert apart == {"export", "export-wipe"}
    tasks = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    routes = settings.CELERY_TASK_ROUTES
    assert "exports" not in {routes[task]["queue"] for task in tasks if task in routes}


def test_the_file_of_supervisord_starts_both_workers() -> None:
    text = programs.configuration(PLAN, programs.portal(PLAN))
    for name in ("worker", "exports"):
        assert f"[program:{name}]" in text
    lines = [line for line in text.splitlines() if line.startswith("command") and " -Q " in line]
    names = [words[words.index("-n") + 1] for words in map(shlex.split, lines)]
    assert len(set(names)) == len(lines)
