"""`python -m benches.inside <module> ...`: a bench that needs Django, set up before its imports."""

from __future__ import annotations

import importlib
import sys

import django


def main() -> int:
    django.setup()
    bench = importlib.import_module(f"benches.{sys.argv[1]}")
    return int(bench.main(*sys.argv[2:]))


if __name__ == "__main__":
    sys.exit(main())
