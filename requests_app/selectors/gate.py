from __future__ import annotations

from uuid import UUID

from cctvportal.accounts.access import NotAllowed, require
from cctvportal.accounts.models import User
from cctvportal.common.clock import now
from requests_app.enums import RequestState
from requests_app.models import AccessRequest, Issuance, KeyHandout


def request_for(user: User, pk: UUID) -> AccessRequest:
    """The request, if `user` may see it: the only way by which a view gets one.

    Raises NotAllowed alike for one that is not there and one that is none of theirs.
    """
    people = ("applicant", "entered_by", "decided_by", "decision")
    row = AccessRequest.objects.select_related(*people).filter(pk=pk).first()
    if row is None:
        raise NotAllowed("requests_app.view")
    require("requests_app.view", user, row)
    return row


def handout_for(user: User, pk: int) -> KeyHandout:
    """A key's hand-out, through its request. Raises NotAllowed as `request_for` does."""
    people = ("key__room", "request__applicant", "handed_by", "returned_to")
    row = KeyHandout.objects.select_related(*people).filter(pk=pk).first()
    if row is None:
        raise NotAllowed("requests_app.view")
    require("requests_app.view", user, row.request)
    return row


def open_room(user: User, pk: UUID, issuance_id: int) -> AccessRequest:
    """The request whose checking room `user` has opened with that issuance, and still may.

    Asked again before every picture, so that expiry and withdrawal act at once. Raises NotAllowed.
    """
    row = request_for(user, pk)
    require("requests_app.unlock_room", user, row)
    opens = Issuance.objects.filter(
        pk=issuance_id, request=row, revoked_at=None, expires_at__gt=now()
    )
    if row.status not in {RequestState.ISSUED, RequestState.EXPORTED} or not opens.exists():
        raise NotAllowed("requests_app.unlock_room")
    return row
