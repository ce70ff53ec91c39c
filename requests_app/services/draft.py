"""Writing a request down before it is sent."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from cctvportal.accounts.access import service
from cctvportal.accounts.models import User
from cctvportal.audit.services import record
from cctvportal.common.clock import now
from cctvportal.common.errors import Conflict
from requests_app.enums import RequestForm, RequestState
from requests_app.models import AccessRequest, RequestCamera
from requests_app.services.advance import expect, locked
from requests_app.services.letters import checked
from requests_app.services.limits import check_cameras, check_phone, check_range, purpose_of


@dataclass(frozen=True, slots=True)
class Answers:
    """What a page of the form brings; None keeps what stands. Times are aware."""

    activity: str | None = None
    legal_basis: str | None = None
    camera_ids: Collection[int] | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    wants_room: bool | None = None
    validator_name: str | None = None
    validator_position: str | None = None
    validator_phone: str | None = None

    def columns(self) -> dict[str, Any]:
        """The answers that are columns of the request."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: value.strip() if isinstance(value, str) else value
            for name, value in given.items()
            if value is not None and name != "camera_ids"
        }


@service("requests_app.ask")
def start_draft(
    *, answers: Answers | None = None, letter: UploadedFile[bytes] | None = None, by: User
) -> AccessRequest:
    """A request of `by`, in writing, for the purpose that the person may ask for.

    With its first answers; a wrong one raises Refused and leaves no draft.
    """
    with transaction.atomic():
        draft = _begin(applicant=by, entered_by=by, form=RequestForm.WRITTEN)
        if answers is not None:
            draft = edit_draft(draft, answers=answers, by=by)
        if letter is not None:
            draft = attach_letter(draft, upload=letter, by=by)
    return draft


@service("requests_app.take_down")
def begin_for(*, applicant: User, form: RequestForm, by: User) -> AccessRequest:
    """An empty request of `applicant`, written down by the officer `by`. Raises Refused."""
    return _begin(applicant=applicant, entered_by=by, form=form)


def _begin(*, applicant: User, entered_by: User, form: RequestForm) -> AccessRequest:
    with transaction.atomic():
        draft = AccessRequest.objects.create(
            applicant=applicant,
            entered_by=entered_by,
            form=form,
            purpose=purpose_of(applicant),
            created_at=now(),
        )
        record("request.begun", by=entered_by, subject=draft, facts={"applicant": applicant.pk})
    return draft


@service("requests_app.submit")
def edit_draft(
    request: AccessRequest, *, answers: Answers, by: User, version: int | None = None
) -> AccessRequest:
    """Writes the answers of one page. Raises Refused for a wrong one, Conflict for a stale page.

    What is still missing is no error here; `submit` asks for it.
    """
    with transaction.atomic():
        row = locked(request)
        expect(row, RequestState.DRAFT)
        if version is not None and version != row.version:
            raise Conflict(_("Permohonan ini sudah diubah di jendela lain. Muat ulang halaman."))
        changes = answers.columns()
        for field, value in changes.items():
            setattr(row, field, value)
        if row.starts_at or row.ends_at:
            check_range(row.starts_at, row.ends_at)
        check_phone(answers.validator_phone or "")
        if answers.camera_ids is not None:
            _choose(row, answers.camera_ids)
        row.version += 1
        row.save(update_fields=[*changes, "version"])
        record("request.edited", by=by, subject=row, facts={"fields": sorted(changes)})
    return row


def _choose(row: AccessRequest, camera_ids: Collection[int]) -> None:
    check_cameras(camera_ids)
    row.cameras.exclude(camera_id__in=camera_ids).delete()
    standing = set(row.cameras.values_list("camera_id", flat=True))
    RequestCamera.objects.bulk_create(
        RequestCamera(request=row, camera_id=camera_id)
        for camera_id in sorted(set(camera_ids) - standing)
    )


@service("requests_app.attach")
def attach_letter(
    request: AccessRequest, *, upload: UploadedFile[bytes], by: User
) -> AccessRequest:
    """Keeps the letter of a written request: pdf, jpg or png up to 5 MB, known by its content.

    Raises Refused for anything else. The earlier letter of the draft goes.
    """
    document = checked(upload)
    with document.stored() as store, transaction.atomic():
        row = locked(request)
        expect(row, RequestState.DRAFT)
        old, storage = row.letter.name, row.letter.storage
        store(row.letter, "letter")
        row.letter_name = document.shown_name
        row.save(update_fields=["letter", "letter_name"])
        record("request.letter_attached", by=by, subject=row, facts={"bytes": document.size})
        if old:
            transaction.on_commit(lambda: storage.delete(old))
    return row


@service("requests_app.submit")
def discard_draft(request: AccessRequest, *, by: User) -> None:
    """Throws away a draft, with its letter. Raises Conflict when it was sent meanwhile."""
    with transaction.atomic():
        row = locked(request)
        expect(row, RequestState.DRAFT)
        record("request.discarded", by=by, subject=row)
        letter, storage = row.letter.name, row.letter.storage
        row.delete()
        if letter:
            transaction.on_commit(lambda: storage.delete(letter))
