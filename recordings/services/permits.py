from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from recordings.enums import Purpose


@dataclass(frozen=True, slots=True)
class Permit:
    """What a decision allows: these cameras, this half-open range, until then.

    The layer above makes it from an approved request; recordings never names a request.
    `reference` is that request's uuid as text, `number` what people call it. Times are aware.
    """

    reference: str
    number: str
    purpose: Purpose
    camera_ids: tuple[int, ...]
    start: datetime
    end: datetime
    valid_until: datetime
