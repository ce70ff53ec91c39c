"""One gate: reads the whole tree for whatever can take a file or a key away, and knows each place.

What the syntax trees of all our sources do is compared with tests/places.py, where each place
stands with its reason. A new place fails until somebody has said why it takes no footage and no
key, or lets it pass the gate; a place that went fails too, so that the list stays true.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from tests.places import GATE, PLACES

ROOT = Path(__file__).parent.parent
SOURCES: Final = ("cctvportal", "devices", "recordings", "requests_app", "benches", "manage.py")
# Whoever stands in front: os, a Path, a handle of ours, an import under another name.
NAMES: Final = {
    "unlink", "rmdir", "removedirs", "rmtree", "rename", "renames", "ftruncate", "truncate",
    "destroy", "shred", "pwrite", "write_bytes", "write_text", "O_TRUNC", "fallocate",
    "posix_fallocate", "popen",
}  # fmt: skip
# These mean something else on a list, a text or a dataclass.
OF_MODULES: Final = {
    "os": {"remove", "replace", "system", "link"},
    "shutil": {"move", "copy", "copy2", "copyfile", "copytree"},
}
# The same by another door: an attribute asked for by name, a command, SQL.
TEXTS: Final = re.compile(
    r"\A(unlink|rmdir|rmtree|rename|truncate|ftruncate|rm|shred|dd)\Z"
    r"|\bshutil\.|\bos\.(remove|unlink|rename|replace)|\brm -|DELETE FROM|\bTRUNCATE\b|DROP TABLE",
)
WRITES: Final = re.compile(r"[bt]?[wx][bt+]*|[bt]?r\+[bt]*|r[bt]\+")

Place = tuple[str, str, str]


def sources() -> list[Path]:
    found = [path for name in SOURCES for path in _python(ROOT / name)]
    return [path for path in found if "migrations" not in path.parts]


def _python(path: Path) -> list[Path]:
    return sorted(path.rglob("*.py")) if path.is_dir() else [path]


def places(path: Path) -> Iterator[Place]:
    """(file, function, what) of each thing in `path` that can take something away."""
    name = path.relative_to(ROOT).as_posix()
    for function, node in _walk(ast.parse(path.read_text()), ""):
        for what in _taken(node):
            yield name, function, what


def _walk(node: ast.AST, function: str) -> Iterator[tuple[str, ast.AST]]:
    for child in ast.iter_child_nodes(node):
        inner = function
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inner = f"{function}.{child.name}".lstrip(".")
        if not _is_docstring(node, child):
            yield inner, child
            yield from _walk(child, inner)


def _is_docstring(parent: ast.AST, child: ast.AST) -> bool:
    return (
        isinstance(parent, ast.Module | ast.ClassDef | ast.FunctionDef)
        and isinstance(child, ast.Expr)
        and isinstance(child.value, ast.Constant)
        and parent.body[0] is child
    )


def _taken(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Attribute):
        module = node.value.id if isinstance(node.value, ast.Name) else ""
        if node.attr in NAMES or node.attr in OF_MODULES.get(module, ()):
            yield node.attr
    elif isinstance(node, ast.ImportFrom):
        wanted = NAMES | OF_MODULES.get(node.module or "", set())
        yield from (one.name for one in node.names if one.name in wanted)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        if TEXTS.search(node.value):
            yield f"text: {node.value[:40]}"
    elif isinstance(node, ast.Call):
        yield from _called(node)


def _called(node: ast.Call) -> Iterator[str]:
    called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    called = node.func.id if isinstance(node.func, ast.Name) else called
    # Path.replace has one argument, str.replace two, a dataclass's names its fields.
    if called == "replace" and len(node.args) == 1 and not node.keywords:
        yield "replace"
    if called in {"exec", "eval"}:
        yield called
    if called == "getattr" and isinstance(name := node.args[1], ast.Constant):
        yield from {str(name.value)} & (NAMES | {"remove", "replace", "move"})
    if called in {"open", "fdopen"}:
        said = [*node.args[1:2], *(one.value for one in node.keywords if one.arg == "mode")]
        said += node.args[:1] if isinstance(node.func, ast.Attribute) else []
        modes = [one.value for one in said if isinstance(one, ast.Constant)]
        if any(isinstance(mode, str) and WRITES.fullmatch(mode) for mode in modes):
            yield "open to write"


@cache
def everything() -> frozenset[Place]:
    return frozenset(place for path in sources() for place in places(path))


def test_every_place_that_takes_something_away_is_known_and_has_its_reason() -> None:
    found, known = everything(), GATE | PLACES
    assert found - set(known) == set(), "say in tests/places.py why it takes no footage and no key"
    assert set(known) - found == set(), "it went: take it out of tests/places.py"
    assert [place for place, reason in known.items() if len(reason) < 10] == []


def test_footage_and_keys_go_in_the_gate_alone() -> None:
    assert {path for path, _function, _what in GATE} == {
        "recordings/services/erase.py",
        "recordings/services/remains.py",
        "recordings/media/keystore.py",
        "recordings/media/epochs.py",
    }
    callers = {place for place in everything() if place[2] == "destroy"}
    assert {path for path, _function, _what in callers} == {"recordings/services/erase.py"}


@pytest.mark.parametrize(
    "code",
    [
        "import os\nos.remove(name)",
        "import os\nos.unlink(name, dir_fd=root)",
        "from os import unlink as u\nu(name)",
        "from shutil import move\nmove(a, b)",
        "path.unlink(missing_ok=True)",
        "stack.callback(shutil.rmtree, folder)",
        "getattr(os, 'remove')(name)",
        "subprocess.run(['rm', '-rf', folder])",
        "subprocess.run('rm -rf x', shell=True)",
        "path.replace(other)",
        "os.replace(a, b)",
        "os.rename(a, b, src_dir_fd=root, dst_dir_fd=root)",
        "path.write_bytes(b'')",
        "open(path, 'wb').close()",
        "path.open('r+b').truncate(0)",
        "os.open(name, os.O_WRONLY | os.O_TRUNC)",
        "keys.destroy(refs)",
        "cursor.execute('DELETE FROM recordings_segment')",
    ],
)
def test_a_new_place_is_found_whatever_way_it_takes(code: str) -> None:
    assert [what for _where, node in _walk(ast.parse(code), "") for what in _taken(node)] != []


@pytest.mark.parametrize(
    "code",
    [
        "'a'.replace('b', 'c')",
        "replace(facts, start=begin)",
        "moment.replace(hour=0)",
        "names.remove(one)",
        "open(path, 'rb')",
    ],
)
def test_what_takes_nothing_away_is_let_be(code: str) -> None:
    assert [what for _where, node in _walk(ast.parse(code), "") for what in _taken(node)] == []
