"""An access request brought through the SOP by the services that bring it there in life."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cctvportal.accounts.models import User
from cctvportal.common.clock import ago
from recordings.models import Export, Medium
from recordings.services import exports
from requests_app.services.erase import confirm_erasure, request_erasure
from requests_app.services.hand_over import hand_over, receive
from requests_app.services.start_export import start_export
from tests.factories import accounts
from tests.factories import requests_app as made

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recordings.models import Erasure


def people() -> None:
    """New persons get numbers that nobody of an earlier process has."""
    accounts.UserFactory.reset_sequence(User.objects.count(), force=True)


def start() -> datetime:
    """Of the footage that is asked for: ten minutes ago, on a whole second as a form gives it."""
    return ago(600).replace(microsecond=0)


def export(
    camera_ids: Sequence[int], begin: datetime, seconds: float, *, medium: Medium, by: User
) -> Export:
    """Asked for by one, approved by another, given and queued by the officer."""
    people()
    request = made.submitted(
        cameras=0,
        camera_ids=list(camera_ids),
        starts_at=begin,
        ends_at=begin + timedelta(seconds=seconds),
    )
    return start_export(made.issued(made.approved(request), by=by), medium=medium, by=by)


def erasure(verified: Export, *, by: User) -> Erasure:
    """The disk is handed over, and two persons want its source destroyed."""
    people()
    verified.refresh_from_db()
    request = verified.fulfilment.request
    exports.show_passphrase(verified, by=by)
    hand_over(request, by=by)
    receive(request, agrees=True, by=request.applicant)
    request_erasure(request, typed=request.number or "", by=by)
    return confirm_erasure(request, by=accounts.approver())
