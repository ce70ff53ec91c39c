"""The erasures of a request's source: the one that counts, and those that were cancelled."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from recordings.enums import ErasureState
from recordings.models import Erasure
from requests_app.models import AccessRequest

# A condition on requests: an erasure of their source waits, runs or is done.
HAS_ERASURE = Q(
    source_erasures__erasure__state__in=[
        state for state in ErasureState if state != ErasureState.CANCELLED
    ]
)


def erasure_of(request: AccessRequest) -> Erasure | None:
    """The erasure that waits, runs or is done; None when none was asked for, or it was cancelled.

    The database has at most one such for an export, and so for a request.
    """
    living = _of(request).exclude(state=ErasureState.CANCELLED)
    return living.first()


def cancelled_erasures(request: AccessRequest) -> list[Erasure]:
    """Those that an approver cancelled, in order."""
    return list(_of(request).filter(state=ErasureState.CANCELLED).order_by("requested_at"))


def _of(request: AccessRequest) -> QuerySet[Erasure]:
    people = ("export", "requested_by", "confirmed_by", "cancelled_by", "job")
    return Erasure.objects.select_related(*people).filter(source_erasure__request=request)
