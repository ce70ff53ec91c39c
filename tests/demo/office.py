"""The people of the demo at their browsers, and what each story is about."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Final

from tests.demo.browser import Browser, Page
from tests.demo.report import Report
from tests.demo.waiting import until

WIB: Final = timezone(timedelta(hours=7), "WIB")
# From a story's first frame on: long enough for several segments of the demo's ten seconds.
LENGTH: Final = timedelta(seconds=30)


def wall_clock() -> datetime:
    """The whole second that the office's clock shows."""
    return datetime.now(WIB).replace(microsecond=0)


@dataclass(frozen=True, slots=True)
class Range:
    start: datetime
    end: datetime

    @property
    def spills(self) -> bool:
        """Over midnight."""
        return self.start.date() != self.end.date()

    def shorter(self, seconds: int) -> Range:
        return Range(self.start, self.end - timedelta(seconds=seconds))


@dataclass(slots=True)
class Case:
    """One request as its people know it."""

    activity: str
    camera: str
    range: Range
    number: str = ""
    detail: str = ""  # its page, for whoever may see it

    @property
    def desk(self) -> str:
        """Its page at the officer's desk."""
        return f"/admin{self.detail}"


@dataclass(frozen=True, slots=True)
class Office:
    people: dict[str, Browser]
    report: Report
    data_dir: Path
    since: datetime  # both cameras record since then at the latest

    def __getitem__(self, key: str) -> Browser:
        return self.people[key]


def everybody(address: str, data_dir: Path) -> dict[str, Browser]:
    """A browser for each of the demo's accounts, logged in."""
    accounts = json.loads((data_dir / "demo" / "accounts.json").read_text(encoding="utf-8"))
    people = {}
    for account in accounts:
        browser = Browser(address, account["name"])
        login = browser.open("/").must_say("NIP")
        login.press("Masuk", login=account["nip"], password=account["password"])
        people[account["role"]] = browser
    return people


def wait_for_cameras(officer: Browser, *names: str) -> None:
    """Until the monitoring page says that each of these records."""

    def look() -> Page | None:
        page = officer.open("/pemantauan/")
        tiles = [" ".join(tile.text_content().split()) for tile in page.tree.xpath("//main//li")]
        recording = [tile for tile in tiles if "Merekam" in tile and "Gambar terakhir" in tile]
        missing = [name for name in names if not any(tile.startswith(name) for tile in recording)]
        return None if missing else page

    until(look, what="kedua kamera merekam", seconds=120)
