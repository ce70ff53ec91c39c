"""Rows that the books and papers tell of, as the recorder and the gate leave them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from cctvportal.accounts.models import User
from cctvportal.common.clock import WIB, now
from devices.enums import IncidentCause, IncidentKind
from devices.models import Camera, Incident
from devices.services.incidents import open_incident
from recordings.enums import GapCause, PurgeKind, PurgeState, SegmentState
from recordings.models import Erasure, Export, Gap, PurgeRun, RecordingPlan, Segment
from recordings.signals import export_verified
from requests_app.models import AccessRequest
from tests.factories import requests_app as make
from tests.factories.accounts import officer
from tests.factories.devices import CameraFactory
from tests.factories.recordings import PlanFactory


def gap(camera: Camera, start: datetime, minutes: float | None = 4, **given: Any) -> Gap:
    end = None if minutes is None else start + timedelta(minutes=minutes)
    facts = {"cause": GapCause.OFFLINE, "started_at": start, "ended_at": end}
    return Gap.objects.create(camera=camera, **{**facts, **given})


def incident(
    kind: IncidentKind = IncidentKind.FAULT, by: User | None = None, **given: Any
) -> Incident:
    facts: dict[str, Any] = {
        "kind": kind,
        "cause": IncidentCause.POWER,
        "started_at": now() - timedelta(hours=1),
        "description": "Listrik padam satu gedung.",
    }
    return open_incident(**{**facts, **given}, by=by or officer())


def recording(name: str = "", **given: Any) -> RecordingPlan:
    """A camera that a recorder holds just now, with a picture of this moment."""
    camera = CameraFactory(name=name) if name else CameraFactory()
    facts = {
        "owner": "node-1",
        "lease_until": now() + timedelta(seconds=30),
        "last_frame_at": now(),
    }
    plan: RecordingPlan = PlanFactory(camera=camera, **{**facts, **given})
    return plan


def told_facts(export: Export) -> Export:
    """What packing remembers of each camera, which the hand-over's paper tells."""
    start, end = export.starts_at.astimezone(WIB), export.ends_at.astimezone(WIB)
    export.facts = {"zips": [{}]}
    for place, row in enumerate(export.cameras.order_by("camera_id"), 1):
        export.facts[f"kamera-{place}"] = {
            "kamera": row.camera.name,
            "berkas": [
                {
                    "gambar_pertama": (start - timedelta(seconds=1.44)).isoformat(),
                    "gambar_terakhir": (end - timedelta(seconds=0.08)).isoformat(),
                    "mendahului_detik": 1.44,
                }
            ],
            "terputus": [
                {
                    "mulai": (start + timedelta(minutes=3)).isoformat(),
                    "sampai": (start + timedelta(minutes=4)).isoformat(),
                }
            ],
        }
    export.save()
    return export


def handed_over(row: AccessRequest | None = None) -> AccessRequest:
    """With what the package's own facts say."""
    request = row or make.issued()
    clerk = officer()
    export = make.verified_export(request, clerk)
    for one in request.cameras.filter(approved=True):
        export.cameras.get_or_create(camera=one.camera)
    told_facts(export)
    export_verified.send(sender=Export, export=export)
    request.refresh_from_db()
    return make.handed_over(request, by=clerk)


def erased(row: AccessRequest | None = None) -> AccessRequest:
    """With its run through the gate and the rows of the segments that went."""
    request = make.erased(row or handed_over())
    act = Erasure.objects.get(source_erasure__request=request)
    run = PurgeRun.objects.create(
        kind=PurgeKind.ERASURE,
        erasure=act,
        state=PurgeState.DONE,
        epoch_before=4,
        epoch_after=5,
        started_at=now(),
        finished_at=now(),
    )
    gone = Segment.objects.filter(camera__in=request.cameras.values("camera"))
    gone.update(state=SegmentState.DOOMED, doomed_at=now(), purge_run=run)
    Segment.objects.filter(purge_run=run).update(state=SegmentState.PURGED, purged_at=now())
    return request
