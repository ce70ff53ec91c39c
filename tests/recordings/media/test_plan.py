from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from recordings.media.plan import Gap, Piece, plan
from tests.recordings.media.films import at


def piece(starts: float, ends: float, *, parameters: str = "a") -> Piece:
    return Piece(
        segment=uuid4(),
        started_at=at(starts),
        ended_at=at(ends),
        bytes=1000,
        parameters=parameters,
        keyframes=tuple(float(second) for second in range(0, int(ends - starts), 2)),
    )


def test_neighbours_make_one_run_and_the_lead_in_is_foretold() -> None:
    pieces = [piece(0, 60), piece(60.02, 120), piece(119.9, 180)]
    foreseen = plan(pieces, at(3.5), at(150))
    assert [run.segments for run in foreseen.runs] == [tuple(p.segment for p in pieces)]
    run = foreseen.runs[0]
    assert (run.start, run.end, run.lead_in_s) == (at(3.5), at(150), 1.5)
    assert (foreseen.gaps, foreseen.most_bytes) == ((), 3000)


def test_break_and_changed_parameters_each_start_a_run() -> None:
    pieces = [piece(0, 10), piece(11, 20), piece(20, 30, parameters="b")]
    foreseen = plan(list(reversed(pieces)), at(0), at(30))
    assert [run.segments for run in foreseen.runs] == [(p.segment,) for p in pieces]
    assert foreseen.gaps == (Gap(at(10), at(11)),)


def test_gaps_at_both_ends_are_told_and_jitter_is_none() -> None:
    foreseen = plan([piece(5, 10), piece(10.4, 20)], at(0), at(30))
    assert foreseen.gaps == (Gap(at(0), at(5)), Gap(at(20), at(30)))
    assert len(foreseen.runs) == 1


def test_range_without_recording_is_one_gap() -> None:
    foreseen = plan([piece(0, 10), piece(50, 60)], at(10), at(50))
    assert (foreseen.runs, foreseen.gaps) == ((), (Gap(at(10), at(50)),))


def test_lead_in_is_unknown_without_keyframes_and_none_where_recording_begins_later() -> None:
    bare = replace(piece(0, 10), keyframes=())
    assert plan([bare], at(5), at(8)).runs[0].lead_in_s is None
    assert plan([bare], at(-5), at(8)).runs[0].lead_in_s == 0


def test_empty_range_is_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        plan([], at(5), at(5))
