"""`make demo` runs this against the portal it has started: the SOP, walked by its pages."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from tests.demo import assessment, books, oral, refused, security
from tests.demo.office import Office, everybody, wait_for_cameras, wall_clock
from tests.demo.report import Report


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--address", required=True)
    options.add_argument("--data-dir", required=True, type=Path)
    given = options.parse_args()
    report, began = Report(), time.monotonic()
    path = given.data_dir / "demo" / "report.json"
    try:
        walk(given.address, given.data_dir, report)
    finally:
        report.write(path)
        report.conclude(path, time.monotonic() - began)
    return 0 if report.ok else 1


def walk(address: str, data_dir: Path, report: Report) -> None:
    with report.story("Persiapan"):
        office = prepare(address, data_dir, report)
        cases = [
            story(office) for story in (security.story, assessment.story, oral.story, refused.story)
        ]
        security.expiry(office, cases[0])
        books.story(office, cases)
        report.whole = True


def prepare(address: str, data_dir: Path, report: Report) -> Office:
    with report.step("masuk", "Tujuh orang masuk dengan akun masing-masing"):
        people = everybody(address, data_dir)
    with report.step("buku 4", "Petugas melihat kedua kamera merekam"):
        wait_for_cameras(people["petugas"], "Lobi", "Parkir")
    return Office(people, report, data_dir, wall_clock())


if __name__ == "__main__":
    sys.exit(main())
