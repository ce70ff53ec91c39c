"""How much a run tries; known before Django is."""

from __future__ import annotations

from enum import Enum


class Length(Enum):
    """BRIEF lets a disk fail in one place of each work; LONG has the full lengths and all steps."""

    BRIEF = "brief"
    SHORT = "short"
    LONG = "long"
