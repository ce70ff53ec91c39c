"""A volume's trouble is told once, and its end is told once."""

from __future__ import annotations

from uuid import uuid4

from recordings.recorder.bells import Bells, Refusal
from recordings.recorder.notes import AlarmCleared, AlarmRaised

ONE, TWO = uuid4(), uuid4()
FULL, SICK = Refusal("penuh", full=True), Refusal("rusak")


def rung(bells: Bells, refusals: dict[object, list[Refusal]]) -> list[tuple[str, str]]:
    found = []
    for note in bells.ring(refusals):  # type: ignore[arg-type] # only keys matter
        assert isinstance(note, AlarmRaised | AlarmCleared)
        sign = "+" if isinstance(note, AlarmRaised) else "-"
        found.append((sign + note.kind, note.subject))
    return found


def test_what_a_dead_recorder_may_have_raised_is_cleared_at_the_first_look() -> None:
    bells = Bells()
    assert rung(bells, {ONE: []}) == [("-DISK", str(ONE)), ("-BELOW_FLOOR", str(ONE))]
    assert rung(bells, {ONE: []}) == []


def test_each_change_is_told_once() -> None:
    bells = Bells()
    assert rung(bells, {ONE: [FULL]}) == [("-DISK", str(ONE)), ("+BELOW_FLOOR", str(ONE))]
    assert rung(bells, {ONE: [FULL, FULL]}) == []
    assert rung(bells, {ONE: [SICK]}) == [("+DISK", str(ONE)), ("-BELOW_FLOOR", str(ONE))]
    assert rung(bells, {ONE: []}) == [("-DISK", str(ONE))]


def test_volume_that_no_camera_uses_any_more_has_no_alarm_of_ours() -> None:
    bells = Bells()
    rung(bells, {ONE: [], TWO: [SICK]})
    assert rung(bells, {ONE: []}) == [("-DISK", str(TWO))]


def test_what_is_no_volume_is_told_by_its_own_name() -> None:
    keys = Refusal("Kunci tidak dapat ditulis.", name="Tempat kunci rekaman")
    bells = Bells()
    (raised, _cleared) = bells.ring({"keys:node-1": [keys]})
    assert isinstance(raised, AlarmRaised)
    assert (raised.kind, raised.subject) == ("DISK", "keys:node-1")
    assert raised.facts["name"] == "Tempat kunci rekaman"
    assert rung(bells, {"keys:node-1": []}) == [("-DISK", "keys:node-1")]
