"""`make bench`: each bench runs the thing and its peer in one run and writes its ratio."""

from __future__ import annotations

import json
import subprocess
import sys

from benches.report import ROOT

BENCHES = ("benches.recording", "benches.export")


def main() -> int:
    failed = 0
    for module in BENCHES:
        failed |= subprocess.run([sys.executable, "-m", module], cwd=ROOT, check=False).returncode
    for path in sorted((ROOT / "var" / "bench").glob("*.json")):
        facts = json.loads(path.read_text())
        print(f"{facts['name']:20} {facts['ratio']:.3f} of {facts['peer_name']}")  # noqa: T201
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
