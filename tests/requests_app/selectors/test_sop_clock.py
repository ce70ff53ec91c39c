from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from cctvportal.common.clock import now
from devices.enums import IncidentCause, IncidentKind
from devices.models import Camera, Incident
from requests_app.models import AccessRequest
from requests_app.selectors.sop_clock import sop_clock
from tests.factories import requests_app as make
from tests.factories.accounts import head_of_affairs, officer
from tests.factories.devices import CameraFactory

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def decided_after(minutes: int) -> AccessRequest:
    begin = now().replace(microsecond=0)
    with time_machine.travel(begin, tick=False):
        row = make.submitted()
    with time_machine.travel(begin + minutes * MINUTE, tick=False):
        return make.approved(row)


def incident(start_minute: int, minutes: int, row: AccessRequest, *cameras: Camera) -> None:
    assert row.submitted_at is not None
    start = row.submitted_at + start_minute * MINUTE
    paused = Incident.objects.create(
        kind=IncidentKind.FORCE_MAJEURE,
        cause=IncidentCause.POWER,
        started_at=start,
        ended_at=start + minutes * MINUTE,
        description="Padam satu gedung",
        reported_by=officer(),
    )
    paused.cameras.set(cameras)


def test_clock_tells_each_step_and_what_is_late() -> None:
    row = decided_after(9)
    with time_machine.travel(now() + 12 * MINUTE, tick=False):
        first, second, third = sop_clock(row)
    assert not first.is_late
    assert (second.net, second.over, second.is_late) == (9 * MINUTE, 4 * MINUTE, True)
    assert third.runs


def test_clock_stands_still_during_force_majeure_and_says_why() -> None:
    row = decided_after(9)
    incident(2, 4, row)
    incident(4, 3, row, *[each.camera for each in row.cameras.all()])
    incident(0, 9, row, CameraFactory())
    second = sop_clock(row)[1]
    assert second.net == 4 * MINUTE
    assert [pause.end - pause.start for pause in second.pauses] == [4 * MINUTE, MINUTE]
    assert "Listrik padam" in second.pauses[0].reason


def test_clock_of_a_refused_request_stops_at_the_decision() -> None:
    assert [time.runs for time in sop_clock(make.refused())] == [False, False]


def test_recording_step_ends_at_the_hand_over_by_the_standard_of_its_purpose() -> None:
    assessment = sop_clock(make.handed_over())[-1]
    assert (assessment.step.number, assessment.runs) == (4, False)
    security = make.issued(make.approved(make.submitted(head_of_affairs())))
    running = sop_clock(security)[-1]
    assert (running.step.number, running.step.standard) == (5, timedelta(days=1))
    assert running.runs


def test_recording_step_of_an_assessment_still_to_be_held_begins_at_its_end() -> None:
    row = make.issued(make.approved(make.submitted(start=now() + timedelta(hours=1))))
    last = sop_clock(row)[-1]
    assert last.started_at == row.approved_end
    assert last.net == timedelta(0)
