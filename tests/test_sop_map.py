"""Every name in docs/sop-map.md exists, and every state of the lifecycle stands in it."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from uuid import uuid4

import pytest
from django.urls import NoReverseMatch, reverse

from requests_app.lifecycle import TABLE

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs" / "sop-map.md").read_text()
PAGES = sorted(set(re.findall(r"`([a-z]+:[a-z_]+)`", TEXT)))
SERVICES = sorted(set(re.findall(r"`((?:requests_app|recordings)\.services\.[a-z_.]+)`", TEXT)))
FILES = sorted(set(re.findall(r"`((?:tests|requests_app)/[\w/.]+)`", TEXT)))


@pytest.mark.parametrize("name", PAGES)
def test_page_exists(name: str) -> None:
    for arguments in ([], [uuid4()], [1]):
        try:
            assert reverse(name, args=arguments)
        except NoReverseMatch:
            continue
        return
    pytest.fail(f"no URL is named {name}")


@pytest.mark.parametrize("name", SERVICES)
def test_service_exists(name: str) -> None:
    module, _, function = name.rpartition(".")
    assert callable(getattr(importlib.import_module(module), function))


@pytest.mark.parametrize("name", FILES)
def test_file_exists(name: str) -> None:
    assert (ROOT / name).exists()


def test_every_state_stands_in_the_map() -> None:
    assert {state for state in TABLE if state != "DRAFT" and f"| {state} |" not in TEXT} == set()
