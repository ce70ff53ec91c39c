"""I6: what is purged is gone, key and all, and the tombstones outside the database say so too.

A database restored from an old copy forgets what was purged since, and shows here: footage that is
kept by its row while its tombstone stands. Tombstones are read in slices of the uuids, so that a
year of them needs no more memory than a month; files older than all rows are not opened.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from math import ceil
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import Min

from recordings.enums import SegmentState
from recordings.media.errors import KeystoreDamaged
from recordings.models import Segment
from recordings.models.segment import KEPT
from recordings.services import volumes
from recordings.services.verify.survey import Survey

_CHUNK: Final = 5000
_A_SLICE: Final = 250_000
_LINE: Final = 300  # bytes of one line, about
_SEGMENT: Final = re.compile(rb'"segment": "([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"')
_ALL: Final = 1 << 128


def check(survey: Survey) -> None:
    _keys(survey)
    files = _files()
    parts = max(1, ceil(sum(path.stat().st_size for path in files) / _LINE / _A_SLICE))
    edges = [_ALL * part // parts for part in range(parts + 1)]
    for low, high in pairwise(edges):
        _slice(survey, files, low, high)


def _keys(survey: Survey) -> None:
    """Rows first, keys after: a key goes before its row says so."""
    purged = Segment.objects.filter(state=SegmentState.PURGED)
    store = volumes.keystore()
    days = purged.values_list("camera", "camera__uuid", "key_day").distinct()
    for camera, uuid, day in list(days):
        try:
            keys = store.segments(uuid, day)
        except KeystoreDamaged:
            continue  # told where the kept footage of that day is looked at
        rows = purged.filter(camera=camera, key_day=day, pk__in=keys) if keys else ()
        for row in rows:
            if row.pk in store.segments(uuid, day):
                told = "sudah dihapus, tetapi kuncinya masih ada"
                survey.violated("I6", f"potongan {row.pk}", told)


def _slice(survey: Survey, files: list[Path], low: int, high: int) -> None:
    purged = Segment.objects.filter(state=SegmentState.PURGED, pk__gte=UUID(int=low))
    purged = purged.filter(pk__lte=UUID(int=high - 1))
    # The rows as they are now: a line is written before its row says that it is gone.
    gone = purged.values_list("pk", flat=True)
    missing: set[UUID] = set()
    told = set(_told(files, low, high))
    for segment in gone.iterator(_CHUNK):
        survey.count("purged")
        if segment in told:
            told.discard(segment)
        else:
            missing.add(segment)
    survey.count("tombstones_without_purged_row", len(told))
    if missing:
        # Purged since the files were read.
        for segment in sorted(missing - set(_told(_files(), low, high))):
            survey.violated("I6", f"potongan {segment}", "sudah dihapus, tetapi tidak ada nisannya")
    _came_back(survey, told)


def _came_back(survey: Survey, told: set[UUID]) -> None:
    """Lines whose row is not PURGED: folded away, on its way there, or back from an old copy."""
    for segment in sorted(told & survey.keys_without_row):
        survey.violated("I6", f"potongan {segment}", "bernisan, tetapi kuncinya masih ada")
    lines = sorted(told)
    for start in range(0, len(lines), _CHUNK):
        back = Segment.objects.filter(pk__in=lines[start : start + _CHUNK], state__in=KEPT)
        for segment in back.values_list("pk", flat=True):
            sentence = "bernisan, tetapi barisnya menyebutnya tersimpan (basis data lama?)"
            survey.violated("I6", f"potongan {segment}", sentence)


def _told(files: list[Path], low: int, high: int) -> Iterator[UUID]:
    """The segments of every line. One torn by a kill has the next behind it in the same line."""
    for path in files:
        with path.open("rb") as lines:
            for line in lines:
                for text in _SEGMENT.findall(line):
                    number = int(text.replace(b"-", b""), 16)
                    if low <= number < high:
                        yield UUID(int=number)


def _files() -> list[Path]:
    """The months that may tell of a row that is there: none is purged before it is prepared."""
    oldest = Segment.objects.aggregate(oldest=Min("prepared_at"))["oldest"]
    if oldest is None:
        return []
    found = (Path(settings.PORTAL_DATA_DIR) / "tombstones").glob("*.jsonl")
    return sorted(path for path in found if path.stem >= f"{oldest:%Y-%m}")
