from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Q


class Kind(StrEnum):
    """Which lines of the access book are asked for."""

    ACCESS = "akses"
    ROOM = "ruang"
    FOOTAGE = "rekaman"
    REQUEST = "permohonan"
    PEOPLE = "orang"
    PURGE = "penghapusan"
    ALL = "semua"


@dataclass(frozen=True, slots=True)
class Criteria:
    """What the reader of a book asks for: [start, end) in aware times; empty means no limit."""

    start: datetime | None = None
    end: datetime | None = None
    person: str = ""
    camera_id: int | None = None
    number: str = ""
    kind: Kind = Kind.ACCESS

    def at(self, field: str) -> Q:
        """The moment `field` lies in the range."""
        found = Q()
        if self.start:
            found &= Q(**{f"{field}__gte": self.start})
        if self.end:
            found &= Q(**{f"{field}__lt": self.end})
        return found

    def during(self, start: str, end: str) -> Q:
        """[start, end) of a row touches the range; a row without an end goes on."""
        found = Q()
        if self.start:
            found &= Q(**{f"{end}__gt": self.start}) | Q(**{end: None})
        if self.end:
            found &= Q(**{f"{start}__lt": self.end})
        return found
