"""Taking a paper along is an access too, and stands in book 1."""

from __future__ import annotations

from django.db import transaction

from cctvportal.accounts.access import service
from cctvportal.accounts.models import User
from cctvportal.audit.services import record
from recordings.models import PurgeDay
from requests_app.models import AccessRequest


@service("requests_app.view")
def note_download(request: AccessRequest, *, paper: str, number: str, by: User) -> None:
    """Notes that `by` downloaded this paper of `request`."""
    with transaction.atomic():
        record(
            "paper.downloaded",
            by=by,
            subject=request,
            facts={"paper": paper, "paper_number": number, "number": request.number},
        )


@service("recordings.see_books")
def note_day_paper(day: PurgeDay, *, number: str, by: User) -> None:
    """Notes that `by` took the certificate of `day` along."""
    with transaction.atomic():
        facts = {"paper": "penghapusan-harian", "paper_number": number}
        record("paper.downloaded", by=by, subject=day, facts=facts)
