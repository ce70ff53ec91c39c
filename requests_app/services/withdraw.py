from __future__ import annotations

from cctvportal.accounts.access import service
from cctvportal.accounts.models import User
from requests_app.enums import RequestState
from requests_app.models import AccessRequest
from requests_app.services.advance import advance


@service("requests_app.withdraw")
def withdraw(request: AccessRequest, *, reason: str = "", by: User) -> AccessRequest:
    """The applicant takes a request back before it is decided; the hold goes.

    Raises Conflict with who decided when that came first.
    """
    return advance(request, RequestState.WITHDRAWN, by=by, note=reason.strip())
