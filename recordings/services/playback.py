"""Footage in the checking room: only what a permit allows, checked and booked (design.md 7).

Nothing here trusts an address: a segment is found through the permit's cameras and range or not at
all. The key stays on the server; what leaves is trimmed to the range and booked before it leaves.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import UUID

from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext as _

from cctvportal.accounts.access import SYSTEM, NotAllowed, service
from cctvportal.accounts.models import User
from cctvportal.audit.services import record
from cctvportal.common.errors import Refused
from recordings.enums import Damage
from recordings.media import glance, hls, keyframes, reader
from recordings.media.errors import HashMismatch, KeyMissing, MediaError, NothingInRange
from recordings.media.plan import Piece, Source
from recordings.media.playlist import Span, spans
from recordings.models import Segment, Volume
from recordings.selectors import shown_in
from recordings.services import damage, restored, volumes
from recordings.services.permits import Permit

T = TypeVar("T")
_log = logging.getLogger(__name__)
# An issuance lives shorter; then what a viewing had checked and booked is of no use any more.
_REMEMBERED: Final = 24 * 3600
# Half a tick of 90 kHz: a float second that came from ticks finds its own frame again.
_HAIR: Final = 1 / 180_000


@dataclass(frozen=True, slots=True)
class Viewing:
    """One opening of the room by one person: what it allows, and a secret name for the cache."""

    permit: Permit
    token: str


@dataclass(frozen=True, slots=True)
class Reel:
    """One camera's approved range: media and gaps in order, without a hole. Times are aware."""

    camera_id: int
    spans: tuple[Span, ...]
    codecs: frozenset[str]

    @property
    def start(self) -> datetime:
        """The zero of the player's clock: the range's start, or the first frame just behind it."""
        return self.spans[0].start

    @property
    def is_empty(self) -> bool:
        return all(span.kind == "gap" for span in self.spans)


@dataclass(frozen=True, slots=True)
class Still:
    """A picture as JPEG, and when it was taken."""

    jpeg: bytes
    taken_at: datetime


@service("recordings.watch")
def reel(viewing: Viewing, *, camera_id: int, by: User) -> Reel:  # noqa: ARG001 - the gate asks it
    """What can be seen of a camera. Raises NotAllowed, Refused where the disk is not there."""
    permit = viewing.permit
    if camera_id not in permit.camera_ids:
        raise NotAllowed("recordings.watch")
    _counts()
    rows = _rows(permit, [camera_id])
    for volume in {row.volume for row in rows}:
        _folder(volume)
    pieces = [piece for row in rows if (piece := _piece(row, permit.start)) is not None]
    found = spans(pieces, permit.start, permit.end)
    if found[0].kind == "media":
        found = (_from_first_frame(found[0], pieces), *found[1:])
    return Reel(camera_id, found, frozenset(row.codec for row in rows))


@service("recordings.watch")
def opening(viewing: Viewing, *, segment: UUID, by: User) -> bytes:
    """The map (ftyp, moov) that a player needs before the frames; no picture is in it.

    Raises NotAllowed, Refused.
    """
    row = _row(viewing, segment)
    return _read(row, by, lambda: _cut(viewing, row, most_frames=1)).init


@service("recordings.watch")
def frames(viewing: Viewing, *, segment: UUID, by: User) -> bytes:
    """The fragments of a segment inside the approved range; booked as seen, once a viewing.

    Raises NotAllowed for whatever the permit does not cover or is gone, Refused for a damaged
    file or a disk that is not there.
    """
    row = _row(viewing, segment)
    cut = _read(row, by, lambda: _cut(viewing, row))
    _book(viewing, row, "video", cut.first_frame_at, cut.last_frame_at, by=by)
    return cut.media


@service("recordings.watch")
def still(viewing: Viewing, *, camera_id: int, at: datetime, by: User) -> Still:
    """The last keyframe at or before `at` inside the approved range, else the next one.

    Booked as seen. Raises NotAllowed where the permit or the footage has nothing, Refused.
    """
    permit = viewing.permit
    if camera_id not in permit.camera_ids or not permit.start <= at < permit.end:
        raise NotAllowed("recordings.watch")
    _counts()
    row = next((r for r in _rows(permit, [camera_id]) if _begin(r) <= at < _end(r)), None)
    if row is None:
        raise NotAllowed("recordings.watch")
    found = _read(row, by, lambda: _picture(viewing, row, at))
    _book(viewing, row, "still", found.taken_at, found.taken_at, by=by)
    return found


def _rows(permit: Permit, camera_ids: Sequence[int]) -> list[Segment]:
    return list(shown_in(camera_ids, permit.start, permit.end))


def _counts() -> None:
    """Raises Refused while the database came from a backup: the permit may be revoked since."""
    if sentence := restored.doubt():
        raise Refused(sentence)


def _row(viewing: Viewing, segment: UUID) -> Segment:
    _counts()
    permit = viewing.permit
    row = shown_in(permit.camera_ids, permit.start, permit.end).filter(pk=segment).first()
    if row is None:
        raise NotAllowed("recordings.watch")
    return row


def _begin(row: Segment) -> datetime:
    assert row.started_at is not None  # noqa: S101 - the CHECK on kept segments says so
    return row.started_at


def _end(row: Segment) -> datetime:
    assert row.ended_at is not None  # noqa: S101 - the CHECK on kept segments says so
    return row.ended_at


def _piece(row: Segment, start: datetime) -> Piece | None:
    """The row for the playlist; None when its file cannot be read: then the page shows a gap."""
    path = Path(row.volume.path) / row.relative_path
    try:
        begins_before = _begin(row) < start
        return Piece(
            segment=row.pk,
            started_at=_begin(row),
            ended_at=_end(row),
            bytes=row.bytes,
            parameters=glance.parameters(path),
            keyframes=glance.keyframes(path) if begins_before else (0.0,),
        )
    except (MediaError, OSError) as error:
        _log.warning("Segment %s is no film: %s", row.pk, type(error).__name__)
        return None


def _from_first_frame(first: Span, pieces: Sequence[Piece]) -> Span:
    """The span begun where its first picture is: up to half a second behind the range's start."""
    piece = next(piece for piece in pieces if piece.segment == first.segment)
    times = (piece.started_at + timedelta(seconds=at) for at in piece.keyframes)
    begin = next((at for at in times if at >= first.start), first.start)
    return replace(first, start=begin) if begin < first.end else first


def _folder(volume: Volume) -> Path:
    """Where its files lie, on the right disk. Raises Refused when another or none is there."""
    try:
        with volumes.opened(volume):
            return Path(volume.path)
    except volumes.VolumeUnavailable as error:
        raise Refused(str(error)) from error


def _source(viewing: Viewing, row: Segment) -> Source:
    """The segment with its key, its hash compared once a viewing and file.

    Raises MediaError, OSError.
    """
    source = Source(
        segment=row.pk,
        started_at=_begin(row),
        ended_at=_end(row),
        bytes=row.bytes,
        path=_folder(row.volume) / row.relative_path,
        key=volumes.keystore().get(row.camera.uuid, row.key_day, row.pk),
        sha256=row.sha256,
        frames=row.frames,
    )
    # Another file under the name, or other content in it, is compared anew.
    status = source.path.stat()
    what = f"sound:{status.st_ino}:{status.st_size}:{status.st_mtime_ns}"
    mark = _mark(viewing, what, row)
    if not cache.get(mark):
        reader.verify(source.path, row.sha256)
        cache.set(mark, 1, _REMEMBERED)
    return source


def _cut(viewing: Viewing, row: Segment, *, most_frames: int | None = None) -> hls.MediaSegment:
    permit = viewing.permit
    return hls.media_segment(
        _source(viewing, row),
        start=permit.start,
        end=permit.end,
        timeline_origin=permit.start,
        most_frames=most_frames,
    )


def _picture(viewing: Viewing, row: Segment, at: datetime) -> Still:
    source, permit = _source(viewing, row), viewing.permit
    times = [_begin(row) + timedelta(seconds=s) for s in glance.keyframes(source.path)]
    inside = [time for time in times if permit.start <= time < permit.end]
    if not inside:
        raise NothingInRange("Tidak ada gambar utuh pada rentang ini")
    chosen = max((time for time in inside if time <= at), default=inside[0])
    offset = (chosen - _begin(row)).total_seconds() + _HAIR
    frame, shown_s = keyframes.picture(source.path, source.key, offset)
    taken_at = _begin(row) + timedelta(seconds=shown_s)
    # Microseconds round the ticks; a whole frame outside the range is another matter.
    if not permit.start - timedelta(milliseconds=1) <= taken_at < permit.end:
        raise NothingInRange("Tidak ada gambar utuh pada rentang ini")
    return Still(keyframes.encode(frame, 1280), taken_at)


def _read(row: Segment, by: User, act: Callable[[], T]) -> T:
    """Turns what may happen to a file into an answer; a changed file is booked, never shown."""
    try:
        return act()
    except (KeyMissing, NothingInRange) as error:
        raise NotAllowed("recordings.watch") from error
    except HashMismatch as error:
        with transaction.atomic():
            facts = {"segment": str(row.pk), "sha256": row.sha256}
            record("footage.damaged", by=by, subject=row.camera, facts=facts)
            damage.mark(row, Damage.CHANGED, by=SYSTEM)
            damage.tell(by=SYSTEM)
        raise Refused(
            _("Potongan rekaman ini tidak sama dengan saat direkam. Beri tahu Petugas CCTV.")
        ) from error
    except (MediaError, OSError) as error:
        _log.warning("Segment %s cannot be shown: %s", row.pk, type(error).__name__)
        raise Refused(_("Potongan rekaman ini tidak terbaca. Beri tahu Petugas CCTV.")) from error


def _book(
    viewing: Viewing, row: Segment, way: str, start: datetime, end: datetime, *, by: User
) -> None:
    """One entry a segment, or a still, and viewing; written before the picture leaves.

    The mark is set behind the entry: killed between the two, the book says it twice, never not.
    """
    mark = _mark(viewing, f"{way}:{start.isoformat()}", row)
    if cache.get(mark):
        return
    facts: dict[str, Any] = {
        "camera": row.camera_id,
        "from": start.isoformat(),
        "until": end.isoformat(),
        "segment": str(row.pk),
        "way": way,
        "number": viewing.permit.number,
        "reference": viewing.permit.reference,
    }
    with transaction.atomic():
        record("footage.viewed", by=by, subject=row.camera, facts=facts)
    cache.set(mark, 1, _REMEMBERED)


def _mark(viewing: Viewing, what: str, row: Segment) -> str:
    return f"viewing:{viewing.token}:{what}:{row.pk}"
