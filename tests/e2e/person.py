"""One person at a real browser: what they click, and what every page must be for them."""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Locator, Page

from tests.browser import Size, axe, fits
from tests.template import ROOT

_ID: Final = re.compile(r"/(?:[0-9a-f]{8}-[0-9a-f-]{27}|\d+)(?=/|$)")
# A page that a script is just replacing, or that htmx refreshes while it is looked at.
_MOVED: Final = ("Execution context was destroyed", "Frame was detached")
# jQuery, which Django's own forms load, tries two styles on an element of its own.
_TRIED: Final = (
    "sha256-PVzkX5V53gzEJESP13ov1vsi/WyIhvV5cKj4S0Cntfg=",
    "sha256-0XfUZ8CNH08NhVnr3GGEDZ9WQxJ3/k/ZCpsYWb+954M=",
)


@dataclass(slots=True)
class Walk:
    """The pages seen, and all that was wrong on them at each size; browsers open at the first."""

    sizes: tuple[Size, ...]
    story: str
    pages: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def size(self) -> Size:
        return self.sizes[0]

    def shot(self, page: Page, width: int, name: str) -> None:
        """A picture to look at, where SHOTS asks for one."""
        if os.environ.get("SHOTS"):
            folder = ROOT / "var" / "screens" / str(width)
            folder.mkdir(parents=True, exist_ok=True)
            number = len(self.pages)
            path: Path = folder / f"{self.story}-{number:02d}-{name}.png"
            page.screenshot(path=path, full_page=True)


def place(url: str) -> str:
    """The address without what differs from row to row."""
    return _ID.sub("/#", urlsplit(url).path)


class Person:
    """Follows links and presses buttons by the words on them; each page is looked at."""

    def __init__(
        self, role: str, context: BrowserContext, address: str, walk: Walk, *, scripts: bool = True
    ) -> None:
        self.role, self.address, self.walk = role, address, walk
        # axe waits by timers, which never ring where scripts are off.
        self.judge = axe if scripts else lambda _page: []
        self.page = context.new_page()
        self.page.on("pageerror", lambda error: self._wrong(f"script: {error}"))
        self.page.on("console", self._console)

    def _console(self, message: ConsoleMessage) -> None:
        # What the policy refuses, and files that are not there, are told here only.
        if message.type == "error" and not any(one in message.text for one in _TRIED):
            self._wrong(f"console: {message.text[:300]}")

    def _wrong(self, sentence: str) -> None:
        self.walk.problems.append(f"{self.role} {place(self.page.url)}: {sentence}")

    def log_in(self, nip: str, password: str) -> None:
        self.open("/")
        self.fill("NIP", nip)
        self.fill("Kata sandi", password)
        self.press("Masuk$")

    def open(self, path: str) -> None:
        """By address: for the first page, and for coming back to where one was."""
        self.page.goto(self.address + path)
        self.look()

    def home(self) -> None:
        self.open("/")

    def again(self) -> None:
        """The same page, loaded again."""
        self.page.reload()
        self.look()

    def follow(self, words: str, *, row: str = "") -> None:
        """Clicks the link whose words begin so; in the table's row or the card that holds `row`."""
        self._click(self._scope(row).get_by_role("link", name=begins(words)).first)

    def choose_from_menu(self, words: str) -> None:
        """The link of the side list, which a phone folds away."""
        fold = self.page.locator("details.cp-side:not([open]) > summary")
        if fold.is_visible():
            fold.click()
        self.follow(words)

    def press(self, words: str) -> None:
        """Clicks the button whose words begin so."""
        self._click(self.page.get_by_role("button", name=begins(words)).first)

    def _scope(self, row: str) -> Page | Locator:
        return self.page.locator("tr, .cp-card").filter(has_text=row) if row else self.page

    def _click(self, target: Locator) -> None:
        target.click()
        self.page.wait_for_load_state("load")
        self.look()

    def fill(self, label: str, value: str) -> None:
        self.page.get_by_label(begins(label)).first.fill(value)

    def choose(self, label: str) -> None:
        """Ticks the box or radio whose label begins so, by clicking what a finger would."""
        self.page.get_by_label(begins(label)).first.check()

    def attach(self, label: str, name: str, content: bytes) -> None:
        upload = {"name": name, "mimeType": "application/pdf", "buffer": content}
        self.page.get_by_label(begins(label)).first.set_input_files(upload)  # type: ignore[arg-type] # a FilePayload

    def reads(self, *sentences: str) -> None:
        """The page says so. A status in the middle of a change is waited for."""
        for sentence in sentences:
            self.page.get_by_text(sentence).first.wait_for(state="attached")

    def waits_for(self, sentence: str, *, seconds: float = 60) -> None:
        """Until the page says it: by its own refreshing, without a hand."""
        self.page.get_by_text(sentence).first.wait_for(state="visible", timeout=seconds * 1000)
        self.page.wait_for_load_state("load")
        self.look()

    def links(self) -> list[str]:
        """The paths on this host that the page links to."""
        found: list[str] = self.page.eval_on_selector_all(
            "a[href]", "(all) => all.filter((a) => a.host === location.host).map((a) => a.pathname)"
        )
        return list(dict.fromkeys(found))

    def look(self) -> None:
        """Nothing sideways at each size of the walk, no violation at its last; a picture of each.

        Each page's own tests judge it at both sizes.
        """
        name = f"{self.role}{place(self.page.url)}".replace("/", "-").replace("#", "").strip("-")
        self.walk.pages.append(place(self.page.url))
        for width, height in self.walk.sizes:
            self.page.set_viewport_size({"width": width, "height": height})
            self.walk.shot(self.page, width, name)
            for found in self._steady(judged=(width, height) == self.walk.sizes[-1]):
                self._wrong(f"{width} px: {found}")

    def _steady(self, *, judged: bool) -> list[str]:
        deadline = time.monotonic() + 10
        while True:
            try:
                self.page.wait_for_load_state("load")
                wide = [] if fits(self.page) else ["scrolls sideways"]
                return [*self.judge(self.page), *wide] if judged else wide
            except Error as error:
                moved = any(words in error.message for words in _MOVED)
                if not moved or time.monotonic() > deadline:
                    raise


def begins(words: str) -> re.Pattern[str]:
    """A label stands in the page with the white space of its template around it.

    A closing dollar sign asks for nothing after the words. Escaped by hand, because Playwright
    hands the pattern to JavaScript, between two slashes.
    """
    end = r"\s*$" if words.endswith("$") else ""
    plain = re.sub(r"([.?()/])", r"\\\1", words.removesuffix("$"))
    return re.compile(rf"^\s*{plain}{end}")
