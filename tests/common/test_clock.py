from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cctvportal.common import clock

ROOT = Path(__file__).parents[2]
TELL = "from cctvportal.common import clock; print(clock.now().isoformat())"
GRAIN = timedelta(seconds=5)


def told_by_a_child(**given: str) -> datetime:
    done = subprocess.run(
        [sys.executable, "-c", TELL],
        cwd=ROOT,
        env={**os.environ, **given},
        check=True,
        capture_output=True,
        text=True,
    )
    return datetime.fromisoformat(done.stdout.strip())


def test_shifted_clock_goes_back_to_what_it_was_also_after_an_error() -> None:
    with clock.shifted(timedelta(days=365)):
        with pytest.raises(KeyError), clock.shifted(timedelta(days=-1)):
            raise KeyError(clock.now())
        assert abs(clock.now() - datetime.now(UTC) - timedelta(days=365)) < GRAIN
        with clock.shifted(timedelta(days=-1)):
            assert abs(clock.now() - datetime.now(UTC) - timedelta(days=364)) < GRAIN
    assert abs(clock.now() - datetime.now(UTC)) < GRAIN


def test_child_is_shifted_only_in_the_fault_suite() -> None:
    hour = {clock.SHIFT: "3600"}
    moved = told_by_a_child(PORTAL_FAULTS="1", **hour) - datetime.now(UTC)
    assert abs(moved - timedelta(hours=1)) < GRAIN
    unmoved = told_by_a_child(PORTAL_FAULTS="0", **hour) - datetime.now(UTC)
    assert abs(unmoved) < GRAIN
