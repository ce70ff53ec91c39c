from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from cctvportal.accounts.access import NotAllowed
from cctvportal.accounts.enums import ApplicantKind
from cctvportal.accounts.models import Delegation
from cctvportal.common.clock import now
from cctvportal.common.errors import Conflict, Refused
from recordings.models import Hold
from requests_app.enums import Outcome, RequestState
from requests_app.models import Decision
from requests_app.services.decide import Scope, approve, refuse
from requests_app.services.validate import record_validation
from requests_app.services.withdraw import withdraw
from tests.factories import requests_app as make
from tests.factories.accounts import applicant, approver, auditor, delegate, it_admin, officer

pytestmark = pytest.mark.django_db


def test_approve_leaves_everything_asked_unless_narrowed() -> None:
    row = make.approved(make.submitted(cameras=2))
    assert (row.approved_start, row.approved_end) == (row.starts_at, row.ends_at)
    assert row.cameras.filter(approved=True).count() == 2
    assert row.decision.confirmed_at is not None


def test_approve_narrows_cameras_and_range() -> None:
    row = make.validated(make.submitted(cameras=2))
    camera = row.cameras.all()[0].camera_id
    start = row.starts_at + timedelta(minutes=2) if row.starts_at else None
    row = approve(row, scope=Scope(camera_ids=[camera], start=start), by=approver())
    assert [c.camera_id for c in row.cameras.filter(approved=True)] == [camera]
    assert (row.approved_start, row.approved_end) == (start, row.ends_at)


def test_approve_beyond_what_was_asked_is_refused() -> None:
    row, other = make.validated(), make.submitted()
    end = row.ends_at + timedelta(seconds=1) if row.ends_at else None
    strange = [camera.camera_id for camera in other.cameras.all()]
    for scope in (Scope(end=end), Scope(camera_ids=strange), Scope(camera_ids=[])):
        with pytest.raises(Refused):
            approve(row, scope=scope, by=approver())
    row.refresh_from_db()
    assert row.state == RequestState.SUBMITTED
    assert not Decision.objects.exists()


def test_decision_needs_a_validation_first() -> None:
    row = make.submitted()
    with pytest.raises(Refused, match="Hubungi dahulu"):
        approve(row, by=approver())
    record_validation(row, name="Ketua", outcome=Outcome.CONFIRMED, by=approver())
    assert approve(row, by=approver()).state == RequestState.APPROVED


def test_nobody_reached_is_enough_to_refuse_and_not_to_approve() -> None:
    row = make.submitted()
    record_validation(row, name="Ketua", outcome=Outcome.UNREACHABLE, by=approver())
    with pytest.raises(Refused, match="Belum ada yang dapat dihubungi"):
        approve(row, by=approver())
    with pytest.raises(Refused, match="Belum ada yang dapat dihubungi"):
        make.told_by_phone(row)
    assert refuse(row, reason="Tidak pasti", by=approver()).state == RequestState.REFUSED


def test_approval_against_a_denied_call_says_why() -> None:
    row = make.submitted()
    record_validation(row, name="Ketua Contoh", outcome=Outcome.DENIED, by=approver())
    for despite in ("", "perlu"):
        with pytest.raises(Refused, match="Ketua Contoh tidak membenarkan") as refusal:
            approve(row, despite=despite, by=approver())
        assert refusal.value.field == "despite"
    with pytest.raises(Refused, match="tidak membenarkan"):
        make.told_by_phone(row)
    record_validation(row, name="Sekretaris", outcome=Outcome.CONFIRMED, by=approver())
    with pytest.raises(Refused, match="tidak membenarkan"):
        approve(row, by=approver())
    row = approve(row, despite="Ketua keliru membaca jadwal", by=approver())
    assert row.decision.despite == "Ketua keliru membaca jadwal"


def test_the_database_refuses_an_approval_against_a_denied_call_without_a_reason() -> None:
    row, head = make.submitted(), approver()
    record_validation(row, name="Ketua", outcome=Outcome.DENIED, by=head)
    moment = now()
    facts = dict.fromkeys(("decided_at", "entered_at", "confirmed_at"), moment)
    with pytest.raises(IntegrityError, match="says why"), transaction.atomic():
        Decision.objects.create(
            request=row, verdict="APPROVED", channel="IN_PERSON", decided_by=head, **facts
        )
    assert refuse(row, reason="Tidak dibenarkan", by=head).decision.despite == ""


def test_refuse_needs_a_reason_and_lets_the_footage_go() -> None:
    row = make.validated()
    with pytest.raises(Refused) as refusal:
        refuse(row, reason="  ", by=approver())
    assert refusal.value.field == "reason"
    row = refuse(row, reason="Tidak sesuai tugas", by=approver())
    assert row.state == RequestState.REFUSED
    assert not Hold.objects.filter(released_at=None).exists()


def test_decided_again_is_told_who_and_when() -> None:
    row, first = make.validated(), approver()
    approve(row, by=first)
    with pytest.raises(Conflict, match=rf"sudah disetujui oleh {first.name} pada .* 20"):
        refuse(row, reason="Terlambat", by=approver())
    with pytest.raises(Conflict, match="sudah disetujui"):
        withdraw(row, by=row.applicant)
    with pytest.raises(Conflict, match="sudah disetujui"):
        record_validation(row, name="Ketua", outcome=Outcome.DENIED, by=approver())


def test_own_request_is_decided_by_the_other_approver() -> None:
    head = approver(applicant_kind=ApplicantKind.ASSESSMENT)
    row = make.validated(make.submitted(head))
    with pytest.raises(NotAllowed):
        approve(row, by=head)
    assert approve(row, by=approver()).state == RequestState.APPROVED


def test_only_approvers_and_delegates_decide() -> None:
    row = make.validated()
    for person in (applicant(), officer(), auditor(), it_admin()):
        with pytest.raises(NotAllowed):
            approve(row, by=person)


def test_delegate_decides_and_the_letter_is_recorded() -> None:
    row, stand_in = make.validated(), delegate()
    row = approve(row, by=stand_in)
    assert row.decision.delegation == Delegation.objects.get(delegate=stand_in)


def test_delegate_of_the_applicant_does_not_decide_in_their_name() -> None:
    head = approver(applicant_kind=ApplicantKind.ASSESSMENT)
    row = make.validated(make.submitted(head))
    with pytest.raises(Refused, match="tidak berwenang"):
        approve(row, by=delegate(head))


def test_delegate_after_the_dates_may_not_decide() -> None:
    row, stand_in = make.validated(), delegate()
    held = Delegation.objects.get(delegate=stand_in)
    Delegation.objects.filter(pk=held.pk).update(ends_at=held.starts_at + timedelta(hours=1))
    with pytest.raises(NotAllowed):
        approve(row, by=stand_in)


def test_withdraw_before_the_decision_lets_the_footage_go() -> None:
    row = make.withdrawn()
    assert row.state == RequestState.WITHDRAWN
    assert not Hold.objects.filter(released_at=None).exists()
    with pytest.raises(Conflict, match="sudah ditarik"):
        record_validation(row, name="Ketua", outcome=Outcome.CONFIRMED, by=approver())
