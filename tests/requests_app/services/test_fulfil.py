"""The disk, the hand-over and the end of the source (SOP steps 4 and 5)."""

from __future__ import annotations

from pathlib import Path

import pytest

from cctvportal.accounts.access import NotAllowed
from cctvportal.common.clock import now
from cctvportal.common.errors import Conflict, Refused
from cctvportal.jobs.registry import JobFailed
from recordings.enums import ExportState, MediumKind
from recordings.models import Export, Hold, Medium
from recordings.services import disks
from recordings.signals import export_verified
from requests_app.enums import RequestState
from requests_app.services.close import close_without_export, revoke
from requests_app.services.decide import Scope, approve
from requests_app.services.erase import confirm_erasure, request_erasure
from requests_app.services.hand_over import hand_over, receive
from requests_app.services.start_export import start_export
from tests.factories import requests_app as make
from tests.factories.accounts import applicant, approver, head_of_affairs, officer

pytestmark = pytest.mark.django_db


def test_assessment_goes_all_the_way() -> None:
    row = make.erased()
    assert row.state == RequestState.CLOSED
    told = [move.target for move in row.transitions.all()]
    assert told == [
        "SUBMITTED",
        "APPROVED",
        "ISSUED",
        "EXPORTED",
        "HANDED_OVER",
        "ERASED",
        "CLOSED",
    ]
    assert not Hold.objects.filter(released_at=None).exists()


def test_security_is_closed_by_the_hand_over_and_not_erased() -> None:
    clerk = officer()
    row = make.exported(make.issued(make.approved(make.submitted(head_of_affairs()))), by=clerk)
    hand_over(row, by=clerk)
    row = receive(row, agrees=True, by=row.applicant)
    assert row.state == RequestState.CLOSED
    with pytest.raises(Conflict):
        request_erasure(row, typed=str(row.number), by=clerk)


def test_hand_over_is_completed_by_the_applicant_with_the_statement() -> None:
    row, clerk = make.exported(), officer()
    with pytest.raises(Refused, match="belum mencatat"):
        receive(row, agrees=True, by=row.applicant)
    paper = hand_over(row, by=clerk)
    assert "kerahasiaan" in paper.statement
    with pytest.raises(Refused, match="sudah dicatat"):
        hand_over(row, by=officer())
    with pytest.raises(Refused, match="Centang"):
        receive(row, agrees=False, by=row.applicant)
    for person in (clerk, applicant(), approver()):
        with pytest.raises(NotAllowed):
            receive(row, agrees=True, by=person)
    row.refresh_from_db()
    assert row.state == RequestState.EXPORTED
    assert receive(row, agrees=True, by=row.applicant).state == RequestState.HANDED_OVER


def test_erasure_takes_the_typed_number_and_a_second_person() -> None:
    row, clerk = make.handed_over(), officer()
    with pytest.raises(Refused) as refusal:
        request_erasure(row, typed="007", by=clerk)
    assert refusal.value.field == "typed"
    with pytest.raises(Refused, match="belum meminta"):
        confirm_erasure(row, by=approver())
    request_erasure(row, typed=str(row.number), by=clerk)
    for person in (clerk, row.applicant):
        with pytest.raises(NotAllowed):
            confirm_erasure(row, by=person)
    head = approver()
    confirm_erasure(row, by=head)
    row.refresh_from_db()
    assert row.second_person == head
    with pytest.raises(Conflict):
        confirm_erasure(row, by=approver())


@pytest.fixture
def disk(data_dir: Path) -> Medium:
    folder = data_dir / "disk"
    folder.mkdir()
    medium = Medium(kind=MediumKind.FOLDER, label="HD-01", path=str(folder), owner="Kantor")
    return disks.register(medium, by=officer())


def test_start_export_asks_for_exactly_what_was_approved(disk: Medium) -> None:
    row = make.validated(make.submitted(cameras=2))
    camera = row.cameras.all()[0].camera_id
    row = make.issued(approve(row, scope=Scope(camera_ids=[camera]), by=approver()))
    clerk = officer()
    export = start_export(row, medium=disk, by=clerk)
    row.refresh_from_db()
    assert row.exported_by == clerk
    assert [each.camera_id for each in export.cameras.all()] == [camera]
    assert (export.starts_at, export.ends_at) == (row.approved_start, row.approved_end)
    with pytest.raises(Conflict, match="sudah berjalan"):
        start_export(row, medium=disk, by=officer())
    with pytest.raises(Refused, match="sedang disalin"):
        close_without_export(row, by=clerk)
    for person in (approver(), row.applicant):
        with pytest.raises(NotAllowed):
            start_export(row, medium=disk, by=person)


def test_revoke_stops_an_export_that_waits(disk: Medium) -> None:
    row = make.issued()
    export = start_export(row, medium=disk, by=officer())
    revoke(row, reason="Dibatalkan", by=approver())
    export.refresh_from_db()
    assert export.state == ExportState.CANCELLED
    assert not Hold.objects.filter(released_at=None).exists()


def test_package_passphrase_is_asked_for_before_it_is_destroyed() -> None:
    clerk = officer()
    row = make.exported(make.issued(make.approved(make.submitted(head_of_affairs()))), by=clerk)
    Export.objects.filter(fulfilment__request=row).update(passphrase_sealed=b"sealed")
    with pytest.raises(Refused, match="Tampilkan dahulu sandi paket"):
        hand_over(row, by=clerk)
    Export.objects.filter(fulfilment__request=row).update(passphrase_shown_at=now())
    paper = hand_over(row, by=clerk)
    Export.objects.filter(pk=paper.export.pk).update(passphrase_shown_at=None)
    with pytest.raises(Refused, match="Minta dahulu sandi paket"):
        receive(row, agrees=True, by=row.applicant)
    Export.objects.filter(pk=paper.export.pk).update(passphrase_shown_at=now())
    receive(row, agrees=True, by=row.applicant)
    assert bytes(Export.objects.get(pk=paper.export.pk).passphrase_sealed) == b""


def test_package_of_a_request_that_was_revoked_is_not_verified() -> None:
    row, clerk = make.issued(), officer()
    export = make.verified_export(row, clerk)
    revoke(row, reason="Dibatalkan", by=approver())
    with pytest.raises(JobFailed, match="tidak berlaku"):
        export_verified.send(sender=type(export), export=export)
