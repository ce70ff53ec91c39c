"""The commands behind the Makefile."""

from __future__ import annotations

import sys

from cctvportal.embedded import browser, check, lock, run, stories, tidy
from cctvportal.embedded.refusal import CannotStart

COMMANDS = {
    "run": run.main,
    "demo": stories.demo,
    "bench": stories.bench,
    "bench-full": stories.bench_full,
    "check": check.main,
    "browser": browser.main,
    "lock": lock.main,
    "clean": tidy.clean,
    "forget": tidy.forget,
}


def main() -> int:
    name = sys.argv[1] if len(sys.argv) == 2 else ""
    if name not in COMMANDS:
        raise SystemExit(f"python -m cctvportal.embedded {'|'.join(COMMANDS)}")
    try:
        return COMMANDS[name]()
    except CannotStart as error:
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    raise SystemExit(main())
