"""What the tests of the desk look for in an answer."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from django.test import Client
from django.urls import reverse

SECRET = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){4}")


def text(answer: Any) -> str:
    """What a reader sees: no tags, single spaces, hard spaces as plain ones."""
    plain = unescape(re.sub(r"<[^>]+>", " ", answer.content.decode()))
    return " ".join(plain.split())


def url(name: str, *args: object) -> str:
    return reverse(f"admin:{name}", args=args)


def secret(answer: Any) -> str:
    """The one passphrase on the page; empty where there is none."""
    found = set(SECRET.findall(answer.content.decode()))
    assert len(found) <= 1
    return found.pop() if found else ""


def follow(client: Client, answer: Any) -> str:
    """What the page says to which a form led."""
    assert answer.status_code == 302, text(answer)
    return text(client.get(answer["Location"]))
