from __future__ import annotations

from math import isinf

from recordings.media.anchor import TICKS, Anchor


def test_least_delayed_arrival_tells_the_time() -> None:
    anchor = Anchor()
    for frame, delay in enumerate([0.9, 0.5, 0.02, 0.3]):
        anchor.see(1000.0 + frame + delay, frame * TICKS)
    assert abs(anchor.time_of(0) - 1000.02) < 1e-6


def test_segment_before_still_counts_and_older_ones_do_not() -> None:
    anchor = Anchor()
    anchor.see(1000.0, 0)
    anchor.turn()
    anchor.see(1060.2, 60 * TICKS)
    assert abs(anchor.time_of(60 * TICKS) - 1060.0) < 1e-6
    anchor.turn()
    anchor.see(1120.3, 120 * TICKS)
    # Our clock runs faster than the camera's: the first minute no longer holds it back.
    assert abs(anchor.time_of(120 * TICKS) - 1120.2) < 1e-6


def test_nothing_seen_has_no_time() -> None:
    assert isinf(Anchor().time_of(0))
