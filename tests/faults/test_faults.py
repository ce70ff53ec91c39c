"""A part of the fault suite with a fixed seed; `make faults` tries much more (docs/faults.md)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow


def suite(folder: Path, classes: str, *options: str) -> dict[str, Any]:
    """The report of a run; its servers are its own."""
    report = folder / "report.json"
    command = [sys.executable, "-m", "tests.faults", "--seed", "20211", "--report", str(report)]
    done = subprocess.run(
        [*command, "--classes", classes, *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(report.read_text())
    return found


def test_a_kill_at_every_step_leaves_nothing_wrong(tmp_path: Path) -> None:
    report = suite(tmp_path, "kill", "--rounds", "60")
    assert report["violations"] == []
    assert report["kills"] >= 60


def test_sick_disks_wrong_clocks_rival_workers_and_bad_cameras_leave_nothing_wrong(
    tmp_path: Path,
) -> None:
    report = suite(tmp_path, "disk,clock,workers,camera", "--brief")
    assert report["violations"] == []
    assert set(report["seconds_by_class"]) == {"disk", "clock", "workers", "camera"}


def test_servers_that_go_away_lose_no_frame_and_no_job(tmp_path: Path) -> None:
    report = suite(tmp_path, "database,valkey")
    assert report["violations"] == []
