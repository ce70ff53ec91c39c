"""`make lock`: pin all packages with their hashes, in files that name no address."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from cctvportal.embedded.bootstrap import LOCKS, ROOT

_OPTIONS = (
    *("--generate-hashes", "--python-version", "3.11", "--quiet"),
    *("--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"),
)


def main() -> int:
    uv = str(Path(sys.executable).with_name("uv"))
    for kind, lock in LOCKS.items():
        extra = ["--extra", "dev"] if kind == "dev" else []
        command = [uv, "pip", "compile", *_OPTIONS, *extra, "pyproject.toml", "-o", lock]
        subprocess.run(command, cwd=ROOT, check=True)
    return 0
