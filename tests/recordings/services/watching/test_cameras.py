from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cctvportal.common.clock import now
from recordings.enums import AlarmKind, GapCause
from recordings.models import RecordingPlan
from recordings.services.watching.cameras import silent, unsealed
from tests.factories import books
from tests.recordings.services.watching.rows import look, opened, recorded

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
SILENT, MANY = AlarmKind.SILENT_CAMERA, AlarmKind.SILENT_MANY


def since(minutes: float, **given: Any) -> RecordingPlan:
    """A camera whose last picture came that long ago."""
    return books.recording(last_frame_at=now() - minutes * MINUTE, **given)


def told(found: list[Any]) -> list[tuple[AlarmKind, str]]:
    return [(one.kind, one.subject) for one in found]


def test_a_camera_is_silent_after_two_minutes() -> None:
    since(1)
    plan = since(3)
    (found,) = silent(look())
    assert (found.kind, found.subject) == (SILENT, str(plan.pk))
    assert found.facts == {"since_at": plan.last_frame_at.isoformat()}  # type: ignore[union-attr] # set above


def test_without_a_recorder_it_says_so() -> None:
    since(3, owner="", lease_until=None)
    (found,) = silent(look())
    assert "Tidak ada perekam" in found.facts["detail"]


@pytest.mark.parametrize("given", [{"enabled": False}, {"removed_at": now(), "enabled": False}])
def test_one_that_was_switched_off_or_removed_is_no_alarm(given: dict[str, Any]) -> None:
    plan = since(30)
    type(plan.camera).objects.filter(pk=plan.pk).update(**given)
    assert silent(look()) == []


def test_one_in_a_planned_gap_is_no_alarm() -> None:
    plan = since(30)
    books.gap(plan.camera, now() - 30 * MINUTE, None, cause=GapCause.PLANNED)
    assert silent(look()) == []


def test_most_at_once_are_one_alarm() -> None:
    for _ in range(4):
        since(3)
    since(0)
    (found,) = silent(look())
    assert found.kind == MANY
    assert (found.facts["count"], found.facts["of"]) == (4, 5)


def test_half_of_them_are_told_one_by_one() -> None:
    for minutes in (3, 3, 3, 0, 0, 0):
        since(minutes)
    assert {one.kind for one in silent(look())} == {SILENT}


def test_those_told_before_stay_and_count_no_more_among_the_many() -> None:
    old = [since(300) for _ in range(3)]
    for minutes in (3, 0, 0):
        since(minutes)
    known = opened(SILENT, *(plan.pk for plan in old))
    found = silent(look(open=known))
    assert len(found) == 4
    assert {one.kind for one in found} == {SILENT}


def test_many_that_come_back_but_for_one_leave_that_one() -> None:
    left = since(9)
    for _ in range(4):
        since(0)
    assert told(silent(look(open=opened(MANY, "")))) == [(SILENT, str(left.pk))]


def test_a_new_camera_has_two_minutes_for_its_first_picture() -> None:
    plan = books.recording(last_frame_at=None)
    first = look()
    assert silent(first) == []
    assert silent(look(first.moment + MINUTE, before=first.noted)) == []
    assert told(silent(look(first.moment + 3 * MINUTE, before=first.noted))) == [
        (SILENT, str(plan.pk))
    ]


def test_one_that_never_sent_counts_from_its_gap() -> None:
    plan = books.recording(last_frame_at=None)
    books.gap(plan.camera, now() - 5 * MINUTE, None)
    assert told(silent(look())) == [(SILENT, str(plan.pk))]


def test_pictures_that_come_and_are_not_written_down() -> None:
    fine, lost = books.recording(), books.recording()
    recorded(fine, now() - 3 * MINUTE, 2)
    (last,) = recorded(lost, now() - 20 * MINUTE)
    (found,) = unsealed(look())
    assert (found.kind, found.subject) == (AlarmKind.UNSEALED, str(lost.pk))
    assert found.facts == {"since_at": last.ended_at.isoformat()}  # type: ignore[union-attr] # of a kept row


def test_what_is_prepared_ahead_hides_nothing() -> None:
    lost = books.recording()
    recorded(lost, now() - 20 * MINUTE)
    recorded(lost, now() - MINUTE, state="PREPARED", started_at=None, ended_at=None)
    assert len(unsealed(look())) == 1


def test_a_camera_that_has_just_come_back_has_nothing_to_write_yet() -> None:
    plan = books.recording()
    recorded(plan, now() - 60 * MINUTE)
    books.gap(plan.camera, now() - 59 * MINUTE, 58)
    assert unsealed(look()) == []


def test_a_camera_of_which_nothing_was_ever_written() -> None:
    plan = books.recording()
    recorded(plan, now() - 20 * MINUTE, state="PREPARED", started_at=None, ended_at=None)
    assert told(unsealed(look())) == [(AlarmKind.UNSEALED, str(plan.pk))]


def test_a_silent_camera_is_not_told_twice() -> None:
    plan = since(30)
    recorded(plan, now() - 40 * MINUTE)
    assert unsealed(look()) == []
