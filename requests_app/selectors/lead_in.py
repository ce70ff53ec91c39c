"""By how much a recording begins before the time that was asked for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from django.utils.translation import gettext as _

from cctvportal.common import words
from recordings.enums import SegmentState
from recordings.media import glance
from recordings.media.errors import MediaError
from recordings.models import Segment


def lead_in(camera_ids: Sequence[int], start: datetime) -> str:
    """In a sentence: the longest way back from `start` to a whole picture, of all cameras.

    Measured in the footage that is nearest before `start`; where none can be read, what is true
    of every camera.
    """
    found = [_interval(camera_id, start) for camera_id in camera_ids]
    known = [each for each in found if each]
    if not known or len(known) < len(found):
        return _(
            "Rekaman mulai sedikit lebih awal, paling banyak satu jarak antara dua gambar utuh, "
            "karena hanya dapat dipotong pada gambar utuh."
        )
    seconds = words.number(math.ceil(max(known) * 10) / 10)
    return (
        _(
            "Rekaman mulai paling banyak %s detik lebih awal, karena hanya dapat dipotong pada "
            "gambar utuh."
        )
        % seconds
    )


def _interval(camera_id: int, start: datetime) -> float | None:
    """The longest distance of two keyframes, in seconds; None where it cannot be told."""
    ready = Segment.objects.filter(camera=camera_id, state=SegmentState.READY)
    before = ready.filter(started_at__lte=start).order_by("-started_at")
    row = before.select_related("volume", "camera").first()
    if row is None:
        return None
    try:
        times = glance.keyframes(Path(row.volume.path) / row.relative_path)
    except (MediaError, OSError):
        return None
    return max((right - left for left, right in pairwise(times)), default=None)
