"""How much footage: segments, bytes, and from when to when, counted by the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Aggregate, Count, Max, Min, Q, Sum


@dataclass(frozen=True, slots=True)
class Amount:
    """Segments, their bytes, the first and the last picture of them; None where there are none."""

    segments: int = 0
    bytes: int = 0
    start: datetime | None = None
    end: datetime | None = None

    def __bool__(self) -> bool:
        return self.segments > 0

    def __add__(self, other: Amount) -> Amount:
        return Amount(
            self.segments + other.segments,
            self.bytes + other.bytes,
            min(filter(None, (self.start, other.start)), default=None),
            max(filter(None, (self.end, other.end)), default=None),
        )


def counted(name: str, condition: Q) -> dict[str, Aggregate]:
    """Aggregates over segments that `amount` reads back from a row of values."""
    return {
        f"{name}_segments": Count("pk", filter=condition),
        f"{name}_bytes": Sum("bytes", filter=condition, default=0),
        f"{name}_start": Min("started_at", filter=condition),
        f"{name}_end": Max("ended_at", filter=condition),
    }


def amount(row: Mapping[str, Any], name: str) -> Amount:
    return Amount(*(row[f"{name}_{part}"] for part in ("segments", "bytes", "start", "end")))
