"""Sizes and names, because each file and function has one thing to do (docs/architecture.md)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = ("cctvportal", "devices", "recordings", "requests_app", "benches", "tests")
LONGEST_FILE, LONGEST_FUNCTION, LONGEST_TEST, LONGEST_TEMPLATE = 350, 45, 60, 160
LONGEST_VIEW, LONGEST_TASK = 22, 15


def modules() -> list[Path]:
    found = [path for folder in SOURCES for path in (ROOT / folder).rglob("*.py")]
    return sorted(path for path in found if "migrations" not in path.parts)


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            yield node


def lines(node: ast.FunctionDef) -> int:
    """Of the body: a long signature or docstring is no long function."""
    body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
    return (node.end_lineno or 0) - body[0].lineno + 1


def is_view(path: Path, node: ast.FunctionDef) -> bool:
    return "views" in path.parts and any("page(" in ast.unparse(one) for one in node.decorator_list)


def is_task(node: ast.FunctionDef) -> bool:
    return any("shared_task" in ast.unparse(one) for one in node.decorator_list)


def most(path: Path, node: ast.FunctionDef) -> int:
    if is_view(path, node):
        return LONGEST_VIEW
    if is_task(node):
        return LONGEST_TASK
    return LONGEST_TEST if "tests" in path.parts else LONGEST_FUNCTION


def test_no_file_is_too_long() -> None:
    long = {str(path): len(path.read_text().splitlines()) for path in modules()}
    assert {name: size for name, size in long.items() if size > LONGEST_FILE} == {}


def test_no_function_is_too_long() -> None:
    long = [
        f"{path}:{node.name} {lines(node)}"
        for path in modules()
        for node in functions(path)
        if lines(node) > most(path, node)
    ]
    assert long == []


def test_no_template_is_too_long() -> None:
    sizes = {path: len(path.read_text().splitlines()) for path in templates()}
    assert {str(path): size for path, size in sizes.items() if size > LONGEST_TEMPLATE} == {}


def templates() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.html"))


def test_no_drawer_for_odds_and_ends() -> None:
    names = {path.name for path in modules()}
    assert names & {"utils.py", "helpers.py", "misc.py"} == set()


@pytest.mark.parametrize("word", ["TODO", "FIXME"])
def test_nothing_is_left_for_later(word: str) -> None:
    here = Path(__file__)
    left = [str(path) for path in modules() if path != here and word in path.read_text()]
    assert left == []


def test_every_suppression_says_what_and_why() -> None:
    bare = re.compile(r"#\s*noqa(?!:)|#\s*type:\s*ignore(?!\[)")
    left = [str(path) for path in modules() if bare.search(path.read_text())]
    assert left == []


def test_templates_hold_no_script_and_no_style() -> None:
    inline = re.compile(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=", re.IGNORECASE)
    assert [str(path) for path in templates() if inline.search(path.read_text())] == []
