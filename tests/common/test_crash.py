"""The steps at which the fault suite kills, and that nothing else can make them do so."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from cctvportal.common import crash

ROOT = Path(__file__).parents[2]
APPS = ("cctvportal", "devices", "recordings", "requests_app")
PASS_TWICE = "from cctvportal.common import crash; crash.step({0!r}); crash.step({0!r}); print(1)"


def passed_in_the_tree() -> Counter[str]:
    found: Counter[str] = Counter()
    for path in (path for app in APPS for path in (ROOT / app).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "crash.step":
                found[ast.literal_eval(node.args[0])] += 1
    return found


def ended(at: str, *, faults: str = "1") -> int:
    """How a process ends that passes a step twice."""
    program = PASS_TWICE.format("seal.linked")
    environment = {**os.environ, crash.FAULTS: faults, crash.CRASH_AT: at}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, cwd=ROOT, check=False, capture_output=True
    )
    return done.returncode


def test_steps_and_the_tree_agree_and_each_step_is_one_place() -> None:
    assert passed_in_the_tree() == Counter(crash.STEPS)


@pytest.mark.parametrize(
    ("at", "code"),
    [("seal.linked", -9), ("seal.linked:2", -9), ("seal.linked:3", 0), ("seal.unlinked", 0)],
)
def test_process_dies_at_the_passage_that_was_asked_for(at: str, code: int) -> None:
    assert ended(at) == code


def test_nobody_dies_outside_the_fault_suite(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ended("seal.linked", faults="0") == 0
    monkeypatch.setenv(crash.FAULTS, "0")
    with pytest.raises(RuntimeError):
        crash.arm("seal.linked")


def test_step_that_does_not_exist_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(crash.FAULTS, "1")
    with pytest.raises(ValueError, match=r"seal\.nothing"):
        crash.arm("seal.nothing:2")


def test_another_blow_may_befall_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(crash.FAULTS, "1")
    monkeypatch.setattr(crash, "_plan", None)
    struck: list[int] = []
    crash.arm("seal.linked:2", lambda: struck.append(1))
    for _ in range(3):
        crash.step("seal.linked")
    assert struck == [1]
