"""A person's browser without JavaScript: pages are read, links followed, forms sent as they are.

Whatever a form holds (the CSRF token, hidden fields, what is chosen already) is sent back as a
browser would send it; an answer to a field that the page does not have is a fault of the page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import lxml.html
import requests

# Other programs may share the machine: a slow answer is no fault, no answer is.
_PATIENCE: Final = 60
_SENTENCES: Final = (
    "//*[contains(@class,'cp-errors')]//li"
    "|//*[contains(@class,'invalid-feedback')]"
    "|//main//*[@role='alert']//p"
)


class PageError(Exception):
    """The page is not what a user would need here; the message holds its own sentence."""


@dataclass(frozen=True, slots=True)
class Pick:
    """An answer that is chosen by the words beside it."""

    labels: tuple[str, ...]

    def __init__(self, *labels: str) -> None:
        object.__setattr__(self, "labels", labels)


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    content: bytes
    kind: str = "application/pdf"


Answer = str | bool | Pick | Upload


def words(node: Any) -> str:  # Any: lxml's stubs have no element of HTML
    """The text of an element, with single spaces."""
    return " ".join(node.text_content().split())


class Browser:
    """One person at one browser, with their own cookies."""

    def __init__(self, address: str, name: str) -> None:
        self.name = name
        self.address = address
        self._session = requests.Session()
        self._session.trust_env = False  # the address is this machine's: no proxy
        # The portal ends idle connections after two seconds; a form sent just then would be lost.
        self._session.headers["Connection"] = "close"

    def get(self, url: str, **headers: str) -> requests.Response:
        """Whatever lies at the address, as it comes."""
        address = urljoin(self.address, url)
        return self._session.get(address, headers=headers, timeout=_PATIENCE)

    def open(self, url: str = "/") -> Page:
        """The page. Raises PageError where it is not a page that this person may see."""
        return self.shown(self.get(url))

    def is_missing(self, url: str) -> bool:
        """Whether there is nothing at this address for this person."""
        return self.get(url).status_code == 404

    def send(
        self, url: str, data: list[tuple[str, str]], uploads: Mapping[str, Upload]
    ) -> requests.Response:
        files = {name: (one.name, one.content, one.kind) for name, one in uploads.items()}
        return self._session.post(url, data=data, files=files or None, timeout=_PATIENCE)

    def shown(self, response: requests.Response) -> Page:
        page = Page(self, response)
        if response.status_code != 200:
            raise PageError(f"{self.name}, {page.path}: {response.status_code} {page.sentence}")
        return page


@dataclass(slots=True)
class Page:
    browser: Browser
    response: requests.Response
    tree: Any = field(init=False)  # Any: as for `words`

    def __post_init__(self) -> None:
        self.tree = lxml.html.document_fromstring(self.response.content or b"<p></p>")

    @property
    def path(self) -> str:
        return urlsplit(self.response.url).path

    @property
    def text(self) -> str:
        main = self.tree.xpath("//main")
        return words(main[0] if main else self.tree)

    @property
    def errors(self) -> list[str]:
        return list(dict.fromkeys(words(node) for node in self.tree.xpath(_SENTENCES)))

    @property
    def sentence(self) -> str:
        """What the page says is wrong, else how it begins."""
        return "; ".join(self.errors) or self.text[:160]

    @property
    def rows(self) -> list[str]:
        return [words(row) for row in self.tree.xpath("//main//tbody/tr")]

    @property
    def secret(self) -> str:
        """The passphrase that this page, and none after it, shows."""
        found = self.tree.xpath("//*[@id='sandi']/@data-text")
        if not found:
            raise PageError(f"{self.path} tidak menampilkan sandi: {self.sentence}")
        return str(found[0])

    def again(self) -> Page:
        return self.browser.open(self.response.url)

    def must_say(self, *sentences: str) -> Page:
        for sentence in sentences:
            if sentence not in self.text:
                raise PageError(f"{self.path} tidak berkata “{sentence}”: {self.sentence}")
        return self

    def links(self, pattern: str) -> list[str]:
        """The addresses on this page that fit the pattern, each once."""
        found = (str(one) for one in self.tree.xpath("//a/@href"))
        return list(dict.fromkeys(one for one in found if re.search(pattern, one)))

    def follow(self, pattern: str) -> Page:
        """The page behind the link whose address fits."""
        found = self.links(pattern)
        if not found:
            raise PageError(f"{self.path} tidak punya tautan ke {pattern}: {self.sentence}")
        return self.browser.open(urljoin(self.response.url, found[0]))

    def press(self, button: str, /, **answers: Answer) -> Page:
        """The page after the form with this button was filled in and sent.

        Raises PageError with the sentences of the page where it refuses.
        """
        after = self.try_press(button, **answers)
        if after.errors:
            raise PageError(f"{self.browser.name}, {self.path}: {after.sentence}")
        return after

    def try_press(self, button: str, /, **answers: Answer) -> Page:
        """As `press`; a refusal with a sentence is an answer, too."""
        form, data = self._filled(button, answers)
        uploads = {name: one for name, one in answers.items() if isinstance(one, Upload)}
        url = urljoin(self.response.url, form.get("action") or self.response.url)
        response = self.browser.send(url, data, uploads)
        if response.status_code in {400, 409, 429}:
            return Page(self.browser, response)
        return self.browser.shown(response)

    def _filled(
        self, button: str, answers: Mapping[str, Answer]
    ) -> tuple[Any, list[tuple[str, str]]]:
        pressed = next(
            (one for one in self.tree.xpath("//form//button") if button in words(one)), None
        )
        if pressed is None:
            raise PageError(f"{self.path} tidak punya tombol “{button}”: {self.sentence}")
        form = next(pressed.iterancestors("form"))
        missing = set(answers) - set(form.inputs.keys())
        if missing:
            raise PageError(f"{self.path} tidak punya isian {', '.join(sorted(missing))}")
        kept = [(name, value) for name, value in form.form_values() if name not in answers]
        typed = [
            (name, value)
            for name, answer in answers.items()
            for value in self._values(form, name, answer)
        ]
        own = [(pressed.get("name"), pressed.get("value", ""))] if pressed.get("name") else []
        return form, [*kept, *typed, *own]

    def _values(self, form: Any, name: str, answer: Answer) -> list[str]:
        if isinstance(answer, Pick):
            return [self._choice(form, name, label) for label in answer.labels]
        if isinstance(answer, bool):
            box = form.xpath(f".//input[@name='{name}']")[0]
            return [box.get("value", "on")] if answer else []
        return [] if isinstance(answer, Upload) else [answer]

    def _choice(self, form: Any, name: str, label: str) -> str:
        """The value behind the words that a user reads."""
        for option in form.xpath(f".//select[@name='{name}']/option"):
            if label in words(option):
                return str(option.get("value"))
        for box in form.xpath(f".//input[@name='{name}']"):
            beside = form.xpath(f".//label[@for='{box.get('id')}']") or list(
                box.iterancestors("label")
            )
            if beside and label in words(beside[0]):
                return str(box.get("value"))
        raise PageError(f"{self.path}: {name} tidak menawarkan “{label}”")
