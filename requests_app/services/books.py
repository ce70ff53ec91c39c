"""Reading a book is an access too, and stands in book 1 (design.md 10)."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from cctvportal.accounts.access import service
from cctvportal.accounts.models import User
from cctvportal.audit.services import record


@service("recordings.see_books")
def note_reading(*, book: str, asked: Mapping[str, str], exported: bool, by: User) -> None:
    """Notes that `by` read or took away a book, and what they asked for.

    What they typed to find a person is a personal value and stands apart.
    """
    persons = {"person": asked["siapa"]} if asked.get("siapa") else {}
    facts = {name: value for name, value in asked.items() if value and name != "siapa"}
    with transaction.atomic():
        record(
            "book.exported" if exported else "book.viewed",
            by=by,
            facts={"book": book, **facts},
            persons=persons,
        )
