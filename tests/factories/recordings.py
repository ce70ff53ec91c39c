from __future__ import annotations

import hashlib
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import factory
from django.conf import settings
from factory.django import DjangoModelFactory

from cctvportal.accounts.access import SYSTEM
from cctvportal.common.clock import now
from devices.models import Camera
from recordings.enums import HoldKind, Purpose, SegmentState
from recordings.models import RecordingPlan, RetentionPolicy, Segment, Volume
from recordings.services import holds, volumes
from tests.factories.devices import CameraFactory
from tests.recordings.media.films import Film, write


class VolumeFactory(DjangoModelFactory[Volume]):  # type: ignore[misc] # untyped library
    class Meta:
        model = Volume

    label = factory.Sequence(lambda n: f"Media {n}")
    node = "node-1"
    path = factory.LazyAttribute(lambda o: str(settings.PORTAL_DATA_DIR / "footage" / o.label))


class PolicyFactory(DjangoModelFactory[RetentionPolicy]):  # type: ignore[misc] # untyped library
    class Meta:
        model = RetentionPolicy

    name = factory.Sequence(lambda n: f"Masa simpan {n}")
    purpose = Purpose.SECURITY
    keep_for = timedelta(days=30)
    legal_basis = "Contoh dasar masa simpan"
    in_force_since = factory.LazyFunction(now)


class PlanFactory(DjangoModelFactory[RecordingPlan]):  # type: ignore[misc] # untyped library
    """A plan under a policy of its own; `keep_for` is that policy's term."""

    class Meta:
        model = RecordingPlan

    class Params:
        keep_for = timedelta(days=30)

    camera = factory.SubFactory(CameraFactory)
    volume = factory.SubFactory(VolumeFactory)
    policy = factory.SubFactory(PolicyFactory, keep_for=factory.SelfAttribute("..keep_for"))


def filmed_segment(
    camera: Camera, volume: Volume, start: datetime, film: Film, **given: Any
) -> Segment:
    """A READY row with real encrypted video, its sidecar and key in place."""
    segment, key = uuid4(), os.urandom(16)
    volumes.prepare(volume)
    row = Segment(pk=segment, camera=camera, volume=volume, key_day=start.date())
    path = Path(volume.path) / row.relative_path
    path.parent.mkdir(parents=True, exist_ok=True)
    volumes.keystore().put(camera.uuid, row.key_day, {segment: key})
    facts = write(path, film.track, film.units, key, segment)
    path.with_suffix(".json").write_text("{}")
    row.state, row.fence, row.prepared_at = SegmentState.READY, 1, start
    row.started_at, row.ended_at = start, start + timedelta(seconds=facts.duration_s)
    row.expires_at = now() + timedelta(days=30)
    row.bytes, row.frames, row.sha256 = facts.bytes, facts.frames, facts.sha256
    row.codec = facts.codec
    for name, value in given.items():
        setattr(row, name, value)
    row.save(force_insert=True)
    return row


def stored_segment(
    camera: Camera,
    volume: Volume,
    start: datetime,
    *,
    seconds: float = 60,
    expires_at: datetime | None = None,
    body: bytes = b"bukan video",
    state: str = SegmentState.READY,
    **given: Any,
) -> Segment:
    """A READY row with its file, sidecar and key in place; the body is not video."""
    volumes.prepare(volume)
    segment = Segment(
        camera=camera,
        volume=volume,
        state=state,
        fence=1,
        key_day=start.date(),
        prepared_at=start,
        started_at=start,
        ended_at=start + timedelta(seconds=seconds),
        expires_at=expires_at or now() + timedelta(days=30),
        bytes=len(body),
        frames=int(seconds * 12.5),
        sha256=hashlib.sha256(body).hexdigest(),
        codec="h264",
        **given,
    )
    path = Path(volume.path) / segment.relative_path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    path.with_suffix(".json").write_text("{}")
    volumes.keystore().put(camera.uuid, segment.key_day, {segment.pk: os.urandom(16)})
    segment.save(force_insert=True)
    return segment


def hold_on(
    segment: Segment, last: Segment | None = None, *, reference: str = "permohonan-1"
) -> None:
    """A request's hold over the segment's first ten seconds, or on to those of the `last` one."""
    begin, end = segment.started_at, (last or segment).started_at
    assert begin is not None
    assert end is not None
    holds.place(
        camera_ids=[segment.camera_id],
        start=begin,
        end=end + timedelta(seconds=10),
        kind=HoldKind.REQUEST,
        reference=reference,
        by=SYSTEM,
    )
