"""Use: python -m cctvportal.embedded run."""

from __future__ import annotations

import sys

from cctvportal.embedded import run

COMMANDS = {"run": run.main}

if __name__ == "__main__":
    command = COMMANDS.get(sys.argv[1] if len(sys.argv) == 2 else "")
    if command is None:
        raise SystemExit(__doc__)
    raise SystemExit(command())
