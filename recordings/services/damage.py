"""Footage that is not what it was: marked, booked, told, and never removed for that.

What is marked is neither played nor exported, and nowhere counted as footage that is there; its row
and its file stay until the camera's term ends.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from django.db import transaction

from cctvportal.accounts.access import Caller, service
from cctvportal.audit.services import record
from cctvportal.common.clock import now
from recordings.enums import AlarmKind, Damage
from recordings.media import reader
from recordings.media.errors import HashMismatch
from recordings.media.keystore import SegmentRef
from recordings.models import Segment
from recordings.models.segment import KEPT
from recordings.services import alarms, volumes
from recordings.services.volumes import OpenVolume


def examine(place: OpenVolume, row: Segment) -> Damage | None:
    """What is wrong with the file or key of a kept row with its camera; None when it is sound.

    The file is read from the disk and not from memory, and leaves no pages behind that would push
    out a recorder's.
    """
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        descriptor = os.open(row.relative_path, flags, dir_fd=place.root)
    except FileNotFoundError:
        return Damage.MISSING
    except OSError:
        return Damage.UNREADABLE
    try:
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        reader.verify(descriptor, row.sha256)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    except HashMismatch:
        return Damage.CHANGED
    except OSError:
        return Damage.UNREADABLE
    finally:
        os.close(descriptor)
    ref = SegmentRef(row.camera.uuid, row.key_day, row.pk)
    return None if volumes.keystore().has(ref) else Damage.KEYLESS


@service("recordings.run")
def find(rows: Iterable[Segment], *, by: Caller) -> int:
    """Examines kept rows with camera and volume, marks what is damaged; returns how many were.

    Raises VolumeUnavailable, and marks nothing more, when a disk is not there.
    """
    found = 0
    for row in rows:
        with volumes.opened(row.volume) as place:
            kind = examine(place, row)
            place.check()
        if kind is not None:
            found += mark(row, kind, by=by)
    if found:
        tell(by=by)
    return found


@service("recordings.run")
def mark(row: Segment, kind: Damage, *, by: Caller) -> bool:
    """Notes that kept footage is damaged; False when it is noted already, or is kept no more."""
    with transaction.atomic():
        kept = Segment.objects.filter(pk=row.pk, state__in=KEPT, damaged_at=None)
        if not kept.update(damaged_at=now(), damage=kind):
            return False
        facts = {"camera": row.camera_id, "damage": str(kind)}
        record("segment.damaged", by=by, subject=row, facts=facts)
    return True


@service("recordings.run")
def unmark(row: Segment, *, by: Caller) -> None:
    """The file turned out to be what was recorded: a loose cable, or a copy put back."""
    with transaction.atomic():
        if Segment.objects.filter(pk=row.pk).exclude(damage="").update(damaged_at=None, damage=""):
            record("segment.sound", by=by, subject=row, facts={"camera": row.camera_id})


@service("recordings.run")
def tell(*, by: Caller) -> None:
    """Raises the alarm while kept footage is marked, and says of which cameras; else clears it."""
    damaged = Segment.objects.filter(damaged_at__isnull=False, state__in=KEPT)
    if count := damaged.count():
        cameras = sorted(set(damaged.values_list("camera", flat=True)))
        facts = {"segments": count, "cameras": cameras}
        alarms.raise_(AlarmKind.DAMAGED, "", facts, by=by)
    else:
        alarms.clear(AlarmKind.DAMAGED, "", by=by)
