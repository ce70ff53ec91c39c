"""Segment rows by the million, as offices of growing size would have them after a month.

A row a camera and minute, in the order in which they are recorded; a hundred thousand are three
cameras, ten million 231. Keys are in the keystore for every row, files only where a bench needs
them. What the recorder and the gate would write row by row is written here by a superuser, with
the triggers off: what a bench measures goes through the portal's own role, triggers and services.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import psycopg2
from django.conf import settings

from benches.office import ADMIN_URL, FILLED
from cctvportal.common.clock import now
from recordings.media import keyfile
from recordings.media.epochs import Epochs
from recordings.media.keyfile import KEY_BYTES, Shelf
from recordings.models import Segment, Volume
from recordings.services import volumes
from tests.factories.recordings import PlanFactory, PolicyFactory, VolumeFactory

FILM_BYTES: Final = 4096
_MONTH_MINUTES: Final = 30 * 24 * 60
_INSERT: Final = """
INSERT INTO recordings_segment (id, camera_id, volume_id, state, source, fence, key_day,
    prepared_at, started_at, ended_at, expires_at, bytes, frames, sha256, codec, width, height
    {more})
SELECT gen_random_uuid(), camera, %(volume)s, 'READY', 'LIVE', 1, (at AT TIME ZONE 'UTC')::date,
    at, at, at + interval '1 minute', at + interval '60 days', %(bytes)s, 1500,
    repeat(md5(camera || ' ' || minute), 2), 'h264', 1920, 1080 {values}
FROM generate_series(0, %(minutes)s - 1) AS minute,
    unnest(%(cameras)s::bigint[]) AS camera,
    LATERAL (SELECT %(start)s + minute * interval '1 minute' AS at) AS moment
"""
_EXPIRE: Final = """
UPDATE recordings_segment SET volume_id = %(volume)s, expires_at = ended_at
WHERE id IN (SELECT id FROM recordings_segment WHERE state IN ('READY', 'OVERLAP')
             ORDER BY expires_at LIMIT %(count)s)
"""
_EXPIRED: Final = """
SELECT s.id, c.uuid, s.key_day FROM recordings_segment s JOIN devices_camera c ON c.id = s.camera_id
WHERE s.volume_id = %s AND s.state = 'READY' ORDER BY s.camera_id, s.key_day
"""
_KEYS: Final = """
SELECT c.uuid, s.key_day, string_agg(uuid_send(s.id), '') FROM recordings_segment s
JOIN devices_camera c ON c.id = s.camera_id WHERE s.state = 'READY' GROUP BY c.uuid, s.key_day
"""
# Filling ten million rows through ten indexes takes an hour; made afterwards they take minutes. The
# index behind the ban on overlaps comes back as an index alone: to prove ten million rows against
# each other takes another quarter of an hour, and no bench writes rows that it would look at.
_INDEXES: Final = """
SELECT i.relname, pg_get_indexdef(x.indexrelid), k.conname
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
LEFT JOIN pg_constraint k ON k.conindid = x.indexrelid AND k.conrelid = x.indrelid
WHERE x.indrelid = 'recordings_segment'::regclass AND NOT x.indisprimary
"""


@dataclass(frozen=True, slots=True)
class Doomed:
    """A segment past its term: its file's name below the volume, without the ending."""

    segment: UUID
    base: str


@contextmanager
def superuser() -> Iterator[Any]:
    """A cursor that commits each statement and fires no trigger."""
    with closing(psycopg2.connect(os.environ[ADMIN_URL])) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            yield cursor


def fill(total: int) -> None:
    """Cameras, rows and keys, unless a run before has made them."""
    filled = settings.PORTAL_DATA_DIR / FILLED
    if filled.exists():
        return
    cameras = max(3, round(total / _MONTH_MINUTES))
    minutes = total // cameras
    policy, volume = PolicyFactory(), VolumeFactory(label="Penuh")
    volumes.prepare(volume)
    volumes.prepare(VolumeFactory(label="Kedaluwarsa"))
    plans = [PlanFactory(volume=volume, policy=policy) for _ in range(cameras)]
    with superuser() as cursor:
        cursor.execute("SET maintenance_work_mem = '512MB'")
        with _without_indexes(cursor):
            more = _further_columns()
            cursor.execute(
                _INSERT.format(
                    more="".join(f", {name}" for name in more),
                    values="".join(f", %({name})s" for name in more),
                ),
                more
                | {
                    "volume": str(volume.pk),
                    "bytes": FILM_BYTES,
                    "minutes": minutes,
                    "cameras": [plan.camera_id for plan in plans],
                    "start": now() - timedelta(days=1, minutes=minutes),
                },
            )
        cursor.execute("VACUUM ANALYZE recordings_segment")
        _give_keys(cursor)
    filled.touch()


def _further_columns() -> dict[str, Any]:
    """What a row must have beside the columns of `_INSERT`, as a new row of the model has it."""
    return {
        str(field.column): field.get_default()
        for field in Segment._meta.concrete_fields  # noqa: SLF001 - Django's public _meta
        if not field.null and str(field.column) not in _INSERT
    }


@contextmanager
def _without_indexes(cursor: Any) -> Iterator[None]:
    cursor.execute(_INDEXES)
    found = cursor.fetchall()
    for name, _index, constraint in found:
        cursor.execute(
            f'ALTER TABLE recordings_segment DROP CONSTRAINT "{constraint}"'
            if constraint
            else f'DROP INDEX "{name}"'
        )
    yield
    for _name, index, _constraint in found:
        cursor.execute(index)


def _give_keys(cursor: Any) -> None:
    """As `Keystore.put` would leave them, without its syncs."""
    folder = settings.PORTAL_DATA_DIR / "keystore"
    folder.mkdir(mode=0o700, exist_ok=True)
    epochs = Epochs(folder)
    secrets: dict[date, tuple[int, bytes]] = {}
    cursor.execute(_KEYS)
    for camera, day, ids in cursor:
        if day not in secrets:
            number = epochs.make(day)
            secrets[day] = number, epochs.secret(day, number)
        shelf, segments = Shelf(camera, day), bytes(ids)
        keys = os.urandom(len(segments) // 16 * KEY_BYTES)
        packed = b"".join(
            segments[at : at + 16] + keys[at : at + KEY_BYTES] for at in range(0, len(segments), 16)
        )
        path = folder / shelf.name
        path.touch(0o600)
        path.write_bytes(keyfile.seal(shelf, *secrets[day], packed))


def expire(count: int) -> list[Doomed]:
    """The oldest rows are past their term now, on a volume of their own, where their files lie."""
    volume = Volume.objects.get(label="Kedaluwarsa")
    with superuser() as cursor:
        cursor.execute(_EXPIRE, {"volume": str(volume.pk), "count": count})
        cursor.execute("ANALYZE recordings_segment")
        cursor.execute("CHECKPOINT")
        cursor.execute(_EXPIRED, [str(volume.pk)])
        found = [
            Doomed(segment, f"{camera}/{day:%Y/%m/%d}/{segment}") for segment, camera, day in cursor
        ]
    write_files(Path(volume.path), found)
    return found


def write_files(root: Path, doomed: list[Doomed]) -> None:
    """A small film and its facts for each, on the disk when this returns."""
    film, facts = os.urandom(FILM_BYTES), b"{" + b" " * 600 + b"}"
    for folder in {one.base.rpartition("/")[0] for one in doomed}:
        (root / folder).mkdir(parents=True, exist_ok=True)
    for one in doomed:
        (root / f"{one.base}.mp4").write_bytes(film)
        (root / f"{one.base}.json").write_bytes(facts)
    os.sync()
