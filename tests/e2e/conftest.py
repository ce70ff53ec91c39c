"""One real portal for all tests here, and its people at browsers of one size."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser import BOTH, Size
from tests.e2e.person import Person, Walk
from tests.e2e.stack import Stack

# For a test that looks at each page at every size in one visit.
at_every_size = pytest.mark.parametrize("office", [BOTH], indirect=True, ids=["both"])


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    with tempfile.TemporaryDirectory(prefix="e2e-", dir="/tmp") as name:
        # The servers' account passes through to its own folder, where we are root.
        Path(name).chmod(0o711)
        running = Stack(Path(name))
        try:
            running.start()
            yield running
        finally:
            left = running.stop()
        assert left == set()


@dataclass(slots=True)
class Office:
    """People of the demo; whoever is asked for comes in through the login page."""

    stack: Stack
    browser: Browser
    walk: Walk
    closing: ExitStack
    people: dict[str, Person] = field(default_factory=dict)

    def __getitem__(self, role: str) -> Person:
        if role not in self.people:
            self.people[role] = person = self.somebody(role)
            account = self.stack.accounts[role]
            person.log_in(account["nip"], account["password"])
        return self.people[role]

    def somebody(self, role: str, *, scripts: bool = True) -> Person:
        """At a browser of their own, not yet logged in."""
        width, height = self.walk.size
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            locale="id-ID",
            timezone_id="Asia/Jakarta",
            java_script_enabled=scripts,
        )
        context.set_default_timeout(20_000)
        self.closing.callback(context.close)
        return Person(role, context, self.stack.address, self.walk, scripts=scripts)


@pytest.fixture(params=[(size,) for size in BOTH], ids=lambda sizes: f"{sizes[0][0]}px")
def office(
    request: pytest.FixtureRequest, stack: Stack, chromium_browser: Browser
) -> Iterator[Office]:
    """Fails at its end with everything that was wrong on the pages that were seen."""
    sizes: tuple[Size, ...] = request.param
    story = str(request.node.originalname).removeprefix("test_").split("_")[0]
    walk = Walk(sizes, story)
    with ExitStack() as closing:
        yield Office(stack, chromium_browser, walk, closing)
    different = sorted(set(walk.pages))
    print(f"{walk.story} {sizes}: {len(walk.pages)} pages, {len(different)} different")  # noqa: T201 - shown by -rP
    print(*different, sep="\n")  # noqa: T201
    if walk.problems:
        pytest.fail("\n".join(walk.problems), pytrace=False)
