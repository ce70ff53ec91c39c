"""What holds for every template and sheet, whoever wrote it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SHEETS = sorted((ROOT / "static" / "css").glob("*.css"))
SPRITE = (ROOT / "static" / "img" / "icons.svg").read_text()
ICONS = set(re.findall(r'<symbol id="([\w-]+)"', SPRITE))
# How a template names an icon: the tag itself, or a word handed to a component.
ICON_NAMES = re.compile(
    r'{% icon "([\w-]+)"|\bicon="([\w-]+)"|{% firstof \w+ "([\w-]+)" as \w*icon'
)
INLINE = re.compile(
    r"\sstyle=|\son[a-z]+=|<style|<script(?![^>]*\ssrc=)|javascript:", re.IGNORECASE
)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_template_compiles(path: Path) -> None:
    get_template(str(path.relative_to(ROOT / "templates")))


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_template_has_nothing_inline(path: Path) -> None:
    assert INLINE.findall(path.read_text()) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_template_names_only_icons_of_the_sprite(path: Path) -> None:
    named = {next(filter(None, found)) for found in ICON_NAMES.findall(path.read_text())}
    assert named - ICONS == set()


@pytest.mark.parametrize("path", SHEETS, ids=name)
def test_sheet_loads_only_our_own_files(path: Path) -> None:
    for url in re.findall(r'url\("?([^")]+)', path.read_text()):
        assert not re.match(r"data:|https?:|//", url)
        if "/vendor/" not in url:
            assert (path.parent / url).is_file()
