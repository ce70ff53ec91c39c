"""Requests brought to where a test wants them, by the services that bring them there in life."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from cctvportal.accounts.models import User
from cctvportal.common.clock import now
from devices.models import Camera
from recordings.enums import ErasureState, ExportState, MediumKind
from recordings.models import Export, Medium, Segment
from recordings.signals import export_verified, source_erased
from requests_app.enums import Outcome, RequestState, Verdict
from requests_app.models import AccessRequest, Fulfilment
from requests_app.selectors.permit import permit_of
from requests_app.services.close import close_without_export, revoke
from requests_app.services.decide import approve, refuse
from requests_app.services.draft import Answers, edit_draft, start_draft
from requests_app.services.erase import confirm_erasure, request_erasure
from requests_app.services.hand_over import hand_over, receive
from requests_app.services.issue import issue
from requests_app.services.phone import log_phone_decision
from requests_app.services.submit import submit
from requests_app.services.take_down import take_down_oral
from requests_app.services.validate import record_validation
from requests_app.services.withdraw import withdraw
from tests.factories.accounts import applicant, approver, officer
from tests.factories.devices import CameraFactory
from tests.factories.recordings import VolumeFactory

PDF = b"%PDF-1.4\nisi contoh\n%%EOF\n"


def letter(content: bytes = PDF, name: str = "surat tugas.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def yesterday() -> datetime:
    """A start of footage that is surely over."""
    return (now() - timedelta(days=1)).replace(microsecond=0)


def footage(camera: Camera, start: datetime, minutes: float = 10) -> Segment:
    """A READY row alone; a test that needs the file takes tests.factories.recordings."""
    return Segment.objects.create(
        camera=camera,
        volume=VolumeFactory(),
        state="READY",
        fence=1,
        key_day=start.date(),
        prepared_at=start,
        started_at=start,
        ended_at=start + timedelta(minutes=minutes),
        expires_at=now() + timedelta(days=30),
        bytes=1,
        frames=1,
        sha256="0" * 64,
        codec="h264",
    )


def answers(*, cameras: int = 1, start: datetime | None = None, **given: Any) -> Answers:
    """Complete answers over ten minutes of yesterday, of cameras that have footage then."""
    begin = start or yesterday()
    rows = [CameraFactory() for _ in range(cameras)]
    for camera in rows:
        footage(camera, begin)
    facts = {
        "activity": "Uji kompetensi contoh",
        "legal_basis": "Surat tugas CONTOH/001",
        "camera_ids": [camera.pk for camera in rows],
        "starts_at": begin,
        "ends_at": begin + timedelta(minutes=10),
        "wants_room": True,
        "validator_name": "Ketua Panitia Contoh",
        "validator_position": "Ketua panitia",
        "validator_phone": "0274 000 001",
    }
    return Answers(**{**facts, **given})


def draft(by: User | None = None, **given: Any) -> AccessRequest:
    person = by or applicant()
    return edit_draft(start_draft(by=person), answers=answers(**given), by=person)


def submitted(by: User | None = None, **given: Any) -> AccessRequest:
    row = draft(by, **given)
    return submit(row, by=row.applicant)


def oral(person: User | None = None, clerk: User | None = None, **given: Any) -> AccessRequest:
    return take_down_oral(
        applicant=person or applicant(), answers=answers(**given), by=clerk or officer()
    )


def validated(row: AccessRequest | None = None, by: User | None = None) -> AccessRequest:
    request = row or submitted()
    record_validation(request, name="Ketua", outcome=Outcome.CONFIRMED, by=by or approver())
    return request


def approved(row: AccessRequest | None = None, by: User | None = None) -> AccessRequest:
    return approve(validated(row), by=by or approver())


def approved_by_phone(row: AccessRequest | None = None, head: User | None = None) -> AccessRequest:
    return told_by_phone(validated(row), head)


def told_by_phone(row: AccessRequest, head: User | None = None, reason: str = "") -> AccessRequest:
    """Approved by phone or, with a reason, refused."""
    return log_phone_decision(
        row,
        approver=head or approver(),
        verdict=Verdict.REFUSED if reason else Verdict.APPROVED,
        told_at=now(),
        reason=reason,
        by=officer(),
    )


def issued(row: AccessRequest | None = None, by: User | None = None) -> AccessRequest:
    return issue(row or approved(), by=by or officer()).issuance.request


def verified_export(row: AccessRequest, by: User) -> Export:
    """What recordings leave behind when a package is verified, without writing one."""
    AccessRequest.objects.filter(pk=row.pk).update(exported_by=by)
    permit = permit_of(row)
    disk = Medium.objects.create(
        kind=MediumKind.FOLDER, label=f"HD-{row.number}", path="/x", owner="x", registered_by=by
    )
    export = Export.objects.create(
        reference=str(row.pk),
        number=permit.number,
        purpose=permit.purpose,
        starts_at=permit.start,
        ends_at=permit.end,
        valid_until=permit.valid_until,
        medium=disk,
        state=ExportState.VERIFIED,
        exported_by=by,
        folder=f"EKSPOR-{permit.number.replace('/', '-')}",
        bytes=1,
        manifest_sha256="0" * 64,
        read_back="O_DIRECT",
        verified_at=now(),
    )
    Fulfilment.objects.create(request=row, export=export)
    return export


def exported(row: AccessRequest | None = None, by: User | None = None) -> AccessRequest:
    request, clerk = row or issued(), by or officer()
    export = verified_export(request, clerk)
    export_verified.send(sender=Export, export=export)
    request.refresh_from_db()
    return request


def handed_over(row: AccessRequest | None = None, by: User | None = None) -> AccessRequest:
    request, clerk = row or exported(by=by), by or officer()
    hand_over(request, by=clerk)
    return receive(request, agrees=True, by=request.applicant)


def erased(row: AccessRequest | None = None) -> AccessRequest:
    """ERASED and at once CLOSED, as life has it."""
    request = row or handed_over()
    request_erasure(request, typed=request.number or "", by=officer())
    erasure = confirm_erasure(request, by=approver())
    erasure.state, erasure.done_at = ErasureState.DONE, now()
    erasure.save()
    source_erased.send(sender=type(erasure), erasure=erasure)
    request.refresh_from_db()
    return request


def refused() -> AccessRequest:
    return refuse(validated(), reason="Tidak sesuai tugas", by=approver())


def withdrawn() -> AccessRequest:
    row = submitted()
    return withdraw(row, by=row.applicant)


def revoked() -> AccessRequest:
    return revoke(approved(), reason="Kegiatan dibatalkan", by=approver())


def closed() -> AccessRequest:
    return close_without_export(issued(), by=officer())


IN_STATE: dict[RequestState, Callable[[], AccessRequest]] = {
    RequestState.DRAFT: draft,
    RequestState.SUBMITTED: submitted,
    RequestState.APPROVED: approved,
    RequestState.REFUSED: refused,
    RequestState.WITHDRAWN: withdrawn,
    RequestState.ISSUED: issued,
    RequestState.EXPORTED: exported,
    RequestState.HANDED_OVER: handed_over,
    RequestState.REVOKED: revoked,
    RequestState.CLOSED: closed,
}
