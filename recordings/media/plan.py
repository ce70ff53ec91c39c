"""Which stored pieces cover a range, and where nothing covers it: told without reading media."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar
from uuid import UUID

# Between two segments of one recording lies less; a camera that reconnects needs more.
BREAK = timedelta(seconds=0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A recorded segment as its row tells it: aware UTC times, `ended_at` behind the last frame.

    `parameters` (fingerprint) and `keyframes` (seconds from the start) may be left empty when
    they are not at hand: a plan then tells no lead-in, and a change shows only at the cut.
    """

    segment: UUID
    started_at: datetime
    ended_at: datetime
    bytes: int
    parameters: str = ""
    keyframes: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source(Piece):
    """A piece that can be read: its file, its key, and what its content must turn out to be."""

    path: Path
    key: bytes = field(repr=False)
    sha256: str
    frames: int


@dataclass(frozen=True, slots=True)
class Gap:
    """A part of the range without recording, longer than half a second."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """Pieces that will become one file. `lead_in_s` is None when no keyframes were given."""

    segments: tuple[UUID, ...]
    start: datetime
    end: datetime
    lead_in_s: float | None


@dataclass(frozen=True, slots=True)
class Plan:
    """`most_bytes` is what the cut takes at most: the pieces at the edges count whole."""

    runs: tuple[PlannedRun, ...]
    gaps: tuple[Gap, ...]
    most_bytes: int


AnyPiece = TypeVar("AnyPiece", bound=Piece)


def within(pieces: Sequence[AnyPiece], start: datetime, end: datetime) -> list[AnyPiece]:
    """The pieces that touch [start, end), in order of time. Raises ValueError for no range."""
    if end <= start:
        raise ValueError("the range is empty")
    found = [piece for piece in pieces if piece.started_at < end and piece.ended_at > start]
    return sorted(found, key=lambda piece: (piece.started_at, piece.ended_at))


def follows(before: Piece, after: Piece) -> bool:
    """Whether two neighbours may stand in one file."""
    if before.parameters and after.parameters and before.parameters != after.parameters:
        return False
    return abs(after.started_at - before.ended_at) <= BREAK


def uncovered(
    covered: Sequence[tuple[datetime, datetime]], start: datetime, end: datetime
) -> tuple[Gap, ...]:
    """The gaps that ordered stretches of recording leave in [start, end)."""
    gaps, reached = [], start
    for begins, ends in covered:
        if begins - reached > BREAK:
            gaps.append(Gap(reached, begins))
        reached = max(reached, ends)
    if end - reached > BREAK:
        gaps.append(Gap(reached, end))
    return tuple(gaps)


def plan(pieces: Sequence[Piece], start: datetime, end: datetime) -> Plan:
    """Foretell a cut of [start, end) from rows alone."""
    chosen = within(pieces, start, end)
    groups: list[list[Piece]] = []
    for piece in chosen:
        if groups and follows(groups[-1][-1], piece):
            groups[-1].append(piece)
        else:
            groups.append([piece])
    covered = [(piece.started_at, piece.ended_at) for piece in chosen]
    return Plan(
        runs=tuple(_planned(group, start, end) for group in groups),
        gaps=uncovered(covered, start, end),
        most_bytes=sum(piece.bytes for piece in chosen),
    )


def _planned(group: Sequence[Piece], start: datetime, end: datetime) -> PlannedRun:
    first = group[0]
    lead_in: float | None = 0.0
    if first.started_at < start:
        offset = (start - first.started_at).total_seconds()
        before = [at for at in first.keyframes if at <= offset]
        lead_in = round(offset - before[-1], 3) if before else None
    return PlannedRun(
        segments=tuple(piece.segment for piece in group),
        start=max(start, first.started_at),
        end=min(end, max(piece.ended_at for piece in group)),
        lead_in_s=lead_in,
    )
