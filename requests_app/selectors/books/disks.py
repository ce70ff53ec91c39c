"""Book 3: what was recorded onto which external disk, and who has it."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from recordings.models import Export
from requests_app.selectors.books.criteria import Criteria


def exports(criteria: Criteria) -> QuerySet[Export]:
    """Exports of every outcome, newest first: a failed one is told too."""
    found = Export.objects.filter(criteria.at("queued_at"))
    if criteria.number:
        by_disk = Q(medium__label__icontains=criteria.number)
        found = found.filter(Q(number__icontains=criteria.number) | by_disk)
    if criteria.camera_id:
        found = found.filter(cameras__camera=criteria.camera_id)
    if criteria.person:
        who = criteria.person
        found = found.filter(
            Q(exported_by__name__icontains=who)
            | Q(hand_over__handed_by__name__icontains=who)
            | Q(fulfilment__request__applicant__name__icontains=who)
        )
    return (
        found.select_related(
            "medium",
            "exported_by",
            "hand_over__handed_by",
            "lost_copy",
            "fulfilment__request__applicant",
        )
        .prefetch_related("cameras__camera__room", "erasures")
        .order_by("-queued_at", "-pk")
    )
