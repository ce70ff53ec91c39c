"""The permission tables as one page: docs/permissions.md is this, and a test compares them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cctvportal.accounts.access import TABLE, Actor, allows

_HEAD = """# Who may do what

Generated from the tables in `*/rules.py` by `make permissions`; do not edit. The columns are
P pemohon, K Kepala or Sekretaris, L delegate (Plt., Plh.), O officer, A auditor, I IT admin and
X a visitor without login. A dot means refused and written into the access book. Rules that look at
the object too (own request, not one's own decision) narrow a yes further; the row number is that
of the matrix in the project's security notes.

| permission | what it allows | row | P | K | L | O | A | I | X |
|---|---|---|---|---|---|---|---|---|---|
"""


def render(people: Mapping[Actor, Any]) -> str:
    """The page, asking each rule about one sample person for each of the seven actors."""
    lines = []
    for name, rule in sorted(TABLE.items()):
        marks = " | ".join("y" if allows(name, people[actor]) else "." for actor in Actor)
        lines.append(f"| `{name}` | {rule.title} | {rule.row or ''} | {marks} |\n")
    return _HEAD + "".join(lines)
