"""`make demo` and `make bench`: what is driven from outside, by modules that others own."""

from __future__ import annotations

import importlib.util
import subprocess
import sys

from cctvportal.embedded import run, steps
from cctvportal.embedded.programs import Plan
from cctvportal.embedded.refusal import CannotStart

DEMO = "tests.demo"
BENCH = "benches"


def demo() -> int:
    """The whole portal is started, the SOP walked through its pages, and all is ended again."""
    _must_exist(DEMO)

    def tell(plan: Plan) -> int:
        address = f"http://127.0.0.1:{plan.port}"
        command = [sys.executable, "-m", DEMO, "--address", address]
        return subprocess.run(
            [*command, "--data-dir", str(plan.data_dir)],
            cwd=plan.root,
            env=steps.environment(plan),
            check=False,
        ).returncode

    return run.main(after=tell)


def bench(*options: str) -> int:
    """Each bench starts what it needs itself."""
    _must_exist(BENCH)
    return subprocess.run(
        [sys.executable, "-m", BENCH, *options], cwd=run.ROOT, check=False
    ).returncode


def bench_full() -> int:
    return bench("--full")


def _must_exist(module: str) -> None:
    if importlib.util.find_spec(module) is None:
        raise CannotStart(f"{module} belum ada.", f"{module} does not exist yet.")
