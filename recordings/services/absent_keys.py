"""Takes an absent key as destroyed only where it was we who destroyed it (docs/operate.md).

All nodes share one data folder. Where one has a keystore of its own, a key that is not in ours may
still open the film there: its row must not be called purged, and no certificate be made. So a key
is either here, or a tombstone from before told of it, or a person has said that it was lost.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Final

from django.conf import settings

from cctvportal.common.clock import now
from recordings.media import durable
from recordings.media.keystore import SegmentRef
from recordings.models import Segment
from recordings.services import tombstones, volumes

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
    refs = {SegmentRef(row.camera.uuid, row.key_day, row.pk): row for row in segments}
    here, mark = volumes.keystore().readable(refs), _read()
    said = date.fromisoformat(mark.lost) if mark.lost else date.min
    absent = {row.pk for ref, row in refs.items() if ref not in here and row.key_day > said}
    if absent and (left := absent - tombstones.told_of(absent)):
        sentence = _SENTENCE.format(count=len(left))
        _write(_Mark(sentence, mark.lost))
        raise KeysElsewhere(sentence)


def doubt() -> str:
    """The sentence of a doubt that nobody has settled yet, else empty."""
    return _read().doubt


def trust() -> None:
    """A person has looked: what is absent up to today lies nowhere else. Raises OSError."""
    _write(_Mark(lost=now().date().isoformat()))


def _path() -> Path:
    return Path(settings.PORTAL_DATA_DIR) / "absent-keys.json"


def _read() -> _Mark:
    try:
        return _Mark(**json.loads(_path().read_text()))
    except FileNotFoundError:
        return _Mark()
    except (ValueError, TypeError):
        return _Mark("Catatan tentang kunci yang tidak ada rusak.")


def _write(mark: _Mark) -> None:
    durable.replace(_path(), json.dumps(asdict(mark)).encode())
