"""`make check`: all that reads the code without running it. Goes on after a failure."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCES = ("manage.py", "cctvportal", "devices", "recordings", "requests_app", "tests", "benches")


def commands() -> dict[str, list[str]]:
    tools = Path(sys.executable).parent
    manage = [sys.executable, "-W", "error", "manage.py"]
    sources = [name for name in SOURCES if (ROOT / name).exists()]
    return {
        "ruff check": [str(tools / "ruff"), "check", "."],
        "ruff format": [str(tools / "ruff"), "format", "--check", "."],
        "lint-imports": [str(tools / "lint-imports")],
        "djlint": [str(tools / "djlint"), "templates", "--lint", "--quiet"],
        # Without a database it only warns that it cannot compare with what was applied.
        "makemigrations": [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"],
        "check --deploy": [*manage, "check", "--deploy", "--fail-level", "WARNING"],
        "mypy": [str(tools / "mypy"), *sources],
    }


def environment(data_dir: str) -> dict[str, str]:
    """As an office would run it: nothing of the demo, secrets of its own, no debug."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    return {**kept, "PORTAL_DATA_DIR": data_dir, "PORTAL_HOSTS": "cctv.example.go.id"}


def main() -> int:
    failed = []
    with tempfile.TemporaryDirectory() as data_dir:
        for name, command in commands().items():
            began = time.monotonic()
            done = subprocess.run(command, cwd=ROOT, env=environment(data_dir), check=False)
            verdict = "lulus" if done.returncode == 0 else "GAGAL"
            say(f"{name}: {verdict}, {time.monotonic() - began:.1f} s")
            if done.returncode:
                failed.append(name)
    if failed:
        say(f"gagal: {', '.join(failed)}")
    return 1 if failed else 0


def say(line: str) -> None:
    print(f"[check] {line}", flush=True)  # noqa: T201 - a command line's voice
