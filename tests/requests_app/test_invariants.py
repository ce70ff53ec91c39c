"""What the checker says of requests, and what it does not say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import transaction

from cctvportal.accounts.access import SYSTEM
from cctvportal.audit.services import record
from cctvportal.common.clock import now
from recordings.models import Export, ExportCamera
from recordings.services import verify
from recordings.services.reconcile import MIN_AGE
from recordings.services.verify import Level, Report, Survey
from recordings.services.verify.survey import Check
from requests_app.invariants import (
    exports_are_decided,
    moves_are_booked,
    requests_move_step_by_step,
)
from requests_app.models import AccessRequest
from tests.factories import requests_app as requests
from tests.tampering import tamper

if TYPE_CHECKING:
    from tests.conftest import RaceDatabase

pytestmark = [pytest.mark.race, pytest.mark.usefixtures("data_dir")]


def looked(*functions: Check) -> Report:
    survey = Survey(Level.PRESENCE, (), MIN_AGE, now())
    for function in functions:
        function(survey)
    return survey.report()


def said(function: Check) -> list[tuple[str, str]]:
    return [(one.invariant, one.sentence) for one in looked(function).violations]


@pytest.fixture
def exported(race_db: RaceDatabase) -> Export:
    """Of a request that went through its services; the package itself was never written."""
    return Export.objects.get(fulfilment__request=requests.exported())


def test_request_that_went_the_whole_way_is_clean(exported: Export) -> None:
    report = looked(exports_are_decided, requests_move_step_by_step, moves_are_booked)
    assert report.violations == ()
    assert report.checked == {"exports_decided": 1, "requests": 1, "moves": 4}


def test_checker_asks_about_requests_too(exported: Export) -> None:
    report = verify.check(level=Level.PRESENCE, volumes=[], by=SYSTEM)
    assert report.checked["exports_decided"] == 1


def test_export_without_a_request_is_told(exported: Export, race_db: RaceDatabase) -> None:
    table = "requests_app_fulfilment"
    assert tamper(race_db, table, "DELETE FROM {table}") == 1
    assert said(exports_are_decided) == [("I3", "tidak ada permohonannya")]


def test_camera_that_was_not_approved_is_told(exported: Export, race_db: RaceDatabase) -> None:
    (row,) = AccessRequest.objects.get().cameras.all()
    ExportCamera.objects.create(export=exported, camera=row.camera)
    assert said(exports_are_decided) == []
    table = "requests_app_requestcamera"
    tamper(race_db, table, "UPDATE {table} SET approved = false")
    assert said(exports_are_decided) == [("I3", "memuat kamera yang tidak disetujui")]


def test_time_that_was_not_approved_is_told(exported: Export, race_db: RaceDatabase) -> None:
    table = "recordings_export"
    tamper(race_db, table, "UPDATE {table} SET ends_at = ends_at + interval '1 minute'")
    assert said(exports_are_decided) == [("I3", "memuat waktu yang tidak disetujui")]


def test_export_tied_to_another_request_is_told(exported: Export, race_db: RaceDatabase) -> None:
    other = requests.submitted()
    table = "requests_app_fulfilment"
    tamper(race_db, table, "UPDATE {table} SET request_id = %s", str(other.pk))
    assert said(exports_are_decided) == [("I3", "permohonannya belum disetujui")]


def test_one_person_alone_is_told(exported: Export, race_db: RaceDatabase) -> None:
    table = "requests_app_decision"
    tamper(race_db, table, "UPDATE {table} SET decided_by_id = %s", exported.exported_by_id)
    sentence = "disetujui oleh orang yang sama dengan yang memohon atau mengekspor"
    assert said(exports_are_decided) == [("I3", sentence)]


def test_move_that_is_booked_twice_is_told(exported: Export) -> None:
    request = AccessRequest.objects.get()
    with transaction.atomic():
        record("request.exported", by=SYSTEM, subject=request)
    assert said(moves_are_booked) == [("I5", "langkah ke EXPORTED tercatat 2 kali")]


def test_skipped_step_is_told(exported: Export, race_db: RaceDatabase) -> None:
    table = "requests_app_transition"
    tamper(race_db, table, "DELETE FROM {table} WHERE target = 'ISSUED'")
    way = "DRAFT > SUBMITTED > APPROVED > EXPORTED"
    assert said(requests_move_step_by_step) == [("I4", f"langkahnya {way}, statusnya EXPORTED")]


def test_state_without_a_step_is_told(exported: Export, race_db: RaceDatabase) -> None:
    table = "requests_app_transition"
    tamper(race_db, table, "DELETE FROM {table}")
    assert said(requests_move_step_by_step) == [("I4", "berstatus EXPORTED tanpa satu langkah pun")]
