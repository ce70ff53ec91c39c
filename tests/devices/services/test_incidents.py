from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cctvportal.accounts.access import NotAllowed
from cctvportal.audit.models import Entry
from cctvportal.common.clock import now
from cctvportal.common.errors import Conflict, Refused
from devices.enums import IncidentCause, IncidentKind
from devices.models import Incident
from devices.services.incidents import close_incident, open_incident
from devices.signals import incident_closed, incident_opened
from requests_app.selectors.sop_clock import sop_clock
from tests.factories import books
from tests.factories import requests_app as make
from tests.factories.accounts import applicant, approver, it_admin, officer
from tests.factories.devices import CameraFactory

pytestmark = pytest.mark.django_db


def test_open_incident_is_a_line_with_its_entry_and_its_news() -> None:
    heard: list[Any] = []

    def hear(incident: Incident, **_: Any) -> None:
        heard.append(incident)

    incident_opened.connect(hear)
    camera, clerk = CameraFactory(), officer()
    row = books.incident(cameras=[camera], by=clerk)
    incident_opened.disconnect(hear)
    entry = Entry.objects.get(action="incident.opened")
    assert heard == [row]
    assert (entry.actor, entry.subject_id) == (clerk, str(row.pk))
    assert entry.facts["cameras"] == [camera.pk]
    assert list(row.cameras.all()) == [camera]


@pytest.mark.parametrize("person", [applicant, approver, it_admin])
def test_only_an_officer_reports(person: Any) -> None:
    with pytest.raises(NotAllowed):
        books.incident(by=person())
    assert not Incident.objects.exists()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"started_at": now() + timedelta(days=1)}, "started_at"),
        ({"description": "  "}, "description"),
    ],
)
def test_a_wrong_answer_is_refused_at_its_field(given: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refusal:
        books.incident(**given)
    assert refusal.value.field == field
    assert not Entry.objects.filter(action="incident.opened").exists()


def test_close_tells_when_and_what_was_done() -> None:
    heard: list[Any] = []

    def hear(incident: Incident, **_: Any) -> None:
        heard.append(incident.pk)

    row, end = books.incident(), now()
    incident_closed.connect(hear)
    close_incident(row, ended_at=end, action_taken="Genset dinyalakan", by=officer())
    incident_closed.disconnect(hear)
    row.refresh_from_db()
    assert (row.ended_at, row.action_taken) == (end, "Genset dinyalakan")
    assert heard == [row.pk]
    assert Entry.objects.filter(action="incident.closed", subject_id=str(row.pk)).exists()


def test_close_twice_says_when_it_ended_and_changes_nothing() -> None:
    row, end = books.incident(), now() - timedelta(minutes=1)
    close_incident(row, ended_at=end, action_taken="Selesai", by=officer())
    with pytest.raises(Conflict, match="sudah ditutup"):
        close_incident(row, ended_at=now(), action_taken="Lain", by=officer())
    row.refresh_from_db()
    assert (row.ended_at, row.action_taken) == (end, "Selesai")


@pytest.mark.parametrize("minutes", [-120, 120])
def test_end_before_the_start_or_ahead_is_refused(minutes: int) -> None:
    row = books.incident()
    with pytest.raises(Refused) as refusal:
        close_incident(
            row, ended_at=now() + timedelta(minutes=minutes), action_taken="x", by=officer()
        )
    assert refusal.value.field == "ended_at"


def test_close_needs_what_was_done() -> None:
    with pytest.raises(Refused) as refusal:
        close_incident(books.incident(), ended_at=now(), action_taken=" ", by=officer())
    assert refusal.value.field == "action_taken"


def test_force_majeure_pauses_the_sop_clock_until_it_is_closed() -> None:
    request, clerk = make.submitted(), officer()
    since = now()
    row = open_incident(
        kind=IncidentKind.FORCE_MAJEURE,
        cause=IncidentCause.FLOOD,
        started_at=since,
        description="Banjir di lantai 1.",
        by=clerk,
    )
    running = sop_clock(request)[-1]
    assert running.runs
    assert [pause.reason for pause in running.pauses] == ["Banjir: Banjir di lantai 1."]
    assert running.net < timedelta(seconds=30)
    close_incident(row, ended_at=since + timedelta(microseconds=1), action_taken="Surut", by=clerk)
    assert sop_clock(request)[-1].pauses[0].end == since + timedelta(microseconds=1)


def test_a_fault_pauses_nothing() -> None:
    request = make.submitted()
    books.incident()
    assert sop_clock(request)[-1].pauses == ()
