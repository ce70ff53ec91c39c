"""Takes an absent key as destroyed only where it was we who destroyed it (docs/operate.md).

All nodes share one data folder. Where one has a keystore of its own, a key that is not in ours may
still open the film there: its row must not be called purged, and no certificate be made. So a key
is either here, or a tombstone from before told of it, or a person has said that it was lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from cctvportal.common.clock import now
from recordings.media.errors import KeystoreDamaged
from recordings.models import Segment
from recordings.services import marks, tombstones, volumes

_FILE: Final = "absent-keys.json"
_SENTENCE: Final = (
    "Kunci {count} potongan tidak ada di folder data ini. Periksa bahwa semua node memakai folder "
    "data yang sama."
)


class KeysElsewhere(Exception):  # noqa: N818 - named for what happened
    """Keys are absent that nobody destroyed; a person has to look for another keystore."""


@dataclass(frozen=True, slots=True)
class _Mark:
    """`lost`: keys of days (ISO) up to this one may be absent, a person said."""

    doubt: str = ""
    lost: str = ""


def check(segments: Sequence[Segment]) -> None:
    """Raises KeysElsewhere for keys absent without a reason; before the pass's own tombstones."""
    mark = _read()
    said = date.fromisoformat(mark.lost) if mark.lost else date.min
    late = [row for row in segments if row.key_day > said]
    there = {day: _there(*day) for day in {(row.camera.uuid, row.key_day) for row in late}}
    absent = {row.pk for row in late if _is_absent(row, there[row.camera.uuid, row.key_day])}
    if absent and (left := absent - tombstones.told_of(absent)):
        sentence = _SENTENCE.format(count=len(left))
        marks.write(_FILE, _Mark(sentence, mark.lost))
        raise KeysElsewhere(sentence)


def _there(camera: UUID, day: date) -> frozenset[UUID] | None:
    """The segments with a key; None where damage hides them: whoever destroys them tells that."""
    try:
        return volumes.keystore().segments(camera, day)
    except KeystoreDamaged:
        return None


def _is_absent(row: Segment, there: frozenset[UUID] | None) -> bool:
    return there is not None and row.pk not in there


def doubt() -> str:
    """The sentence of a doubt that nobody has settled yet, else empty."""
    return _read().doubt


def trust() -> None:
    """A person has looked: what is absent up to today lies nowhere else. Raises OSError."""
    marks.write(_FILE, _Mark(lost=now().date().isoformat()))


def _read() -> _Mark:
    try:
        return marks.read(_FILE, _Mark) or _Mark()
    except marks.Damaged:
        return _Mark("Catatan tentang kunci yang tidak ada rusak.")
