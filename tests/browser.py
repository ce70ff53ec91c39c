"""A page in real Chromium, at the two widths that we design for (fixtures through conftest.py).

`browser_page` is parametrised with 360 and 1280 px; a test that wants one width says
`@pytest.mark.parametrize("browser_page", [PHONE], indirect=True)`. Mark such tests `browser`.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from django.conf import settings
from django.test import Client

from cctvportal.embedded.browser import chromium

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from cctvportal.accounts.models import User

Size = tuple[int, int]
PHONE: Final = (360, 780)
DESK: Final = (1280, 900)
BOTH: Final = (PHONE, DESK)
# Of a test that looks at each page at both widths in one visit.
one_visit = pytest.mark.parametrize("browser_page", [PHONE], indirect=True, ids=["both"])
BACKEND: Final = "allauth.account.auth_backends.AuthenticationBackend"
ARGUMENTS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def chromium_browser() -> Iterator[Browser]:
    """One Chromium a module: its loop must not run on under tests that have a loop of their own.

    Without one the tests are skipped, but never in CI.
    """
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - most runs need no browser

    path = chromium()
    if path is None:
        sentence = "Chromium is not installed: run apt-get install chromium to run browser tests."
        if os.environ.get("CI"):
            pytest.fail(sentence, pytrace=False)
        pytest.skip(sentence)
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as driver:
        # Playwright's loop runs in this thread, which Django takes for an asynchronous view.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = driver.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(params=BOTH, ids=lambda size: f"{size[0]}px")
def browser_page(request: pytest.FixtureRequest, chromium_browser: Browser) -> Iterator[Page]:
    """An empty page of that size, in Indonesian and WIB; a script's error fails the test."""
    width, height = request.param
    context = chromium_browser.new_context(
        viewport={"width": width, "height": height}, locale="id-ID", timezone_id="Asia/Jakarta"
    )
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


def enter(page: Page, server: str, user: User) -> None:
    """Logs `user` in without the login page: their session's cookie, as the server set it."""
    client = Client()
    client.force_login(user, backend=BACKEND)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies(
        [
            {
                "name": settings.SESSION_COOKIE_NAME,
                "value": cookie.value,
                "url": server.replace("http:", "https:"),
                "secure": settings.SESSION_COOKIE_SECURE,
                "httpOnly": True,
                "sameSite": "Lax",
            }
        ]
    )


def axe(page: Page) -> list[str]:
    """What axe-core finds on the page as it stands: WCAG 2.2 AA and best practice.

    One line a place. Evaluated from outside, because the policy of our pages forbids it inside.
    """
    page.wait_for_load_state()  # a click returns once the next page begins to come
    if page.evaluate("typeof axe") == "undefined":  # half of the time a check takes
        source = settings.BASE_DIR / "node_modules" / "axe-core" / "axe.min.js"
        page.evaluate(source.read_text())
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    options = json.dumps(
        {"runOnly": {"type": "tag", "values": tags}, "resultTypes": ["violations"]}
    )
    found: list[dict[str, Any]] = page.evaluate(
        f"axe.run(document, {options}).then((result) => result.violations)"
    )
    return [
        f"{rule['id']}: {node['html'][:120]} {node['failureSummary'][:200]}"
        for rule in found
        for node in rule["nodes"]
    ]


def until(page: Page, expression: str, *, seconds: float = 15) -> None:
    """Waits until `expression` is true; wait_for_function needs eval, which our pages forbid."""
    deadline = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, f"never came true: {expression}"
        page.wait_for_timeout(50)


def picture(page: Page, name: str) -> None:
    """A screenshot of the whole page, where SCREENSHOTS names a folder to look at them."""
    if folder := os.environ.get("SCREENSHOTS"):
        width = page.evaluate("window.innerWidth")
        page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)


def fits(page: Page) -> bool:
    """Whether nothing makes the page scroll sideways."""
    page.wait_for_load_state()
    return bool(
        page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        )
    )


def faults(page: Page, name: str) -> list[str]:
    """What is wrong with the page as it stands: axe's findings, and scrolling sideways."""
    picture(page, name)
    return [*axe(page), *([] if fits(page) else ["scrolls sideways"])]


def faults_at_both(page: Page, name: str) -> list[str]:
    """The same at both widths, one after the other in one window."""
    found: list[str] = []
    for width, height in BOTH:
        page.set_viewport_size({"width": width, "height": height})
        found += [f"{width} px: {each}" for each in faults(page, name)]
    return found
