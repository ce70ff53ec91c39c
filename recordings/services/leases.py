"""Who records which camera. PostgreSQL's clock decides, so that nodes need not agree on theirs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Now

from cctvportal.accounts.access import Caller, service
from recordings.models import RecordingPlan, Volume

_LIVE = Q(camera__enabled=True, camera__removed_at=None)


def _until() -> CombinedExpression:
    return Now() + timedelta(seconds=settings.LEASE_SECONDS)


@service("recordings.run")
def take_back(node: str, *, by: Caller) -> int:
    """At the start of a node's recorder: what its last one held is taken at once, fence raised."""
    del by
    return RecordingPlan.objects.filter(owner=node).update(
        lease_until=_until(), fence=F("fence") + 1
    )


@service("recordings.run")
def renew(node: str, *, by: Caller) -> None:
    """Renews all that the node holds, in one UPDATE."""
    del by
    RecordingPlan.objects.filter(owner=node).update(lease_until=_until())


@service("recordings.run")
def held(node: str, *, by: Caller) -> list[RecordingPlan]:
    """What the node records; cameras switched off or removed are let go first."""
    del by
    mine = RecordingPlan.objects.filter(owner=node)
    gone = list(mine.exclude(_LIVE).values_list("pk", flat=True))
    if gone:
        mine.filter(pk__in=gone).update(owner="", lease_until=None)
    return list(mine.select_related("camera__device", "volume").order_by("pk"))


@service("recordings.run")
def claim(node: str, *, waited_for: Iterable[int] = (), by: Caller) -> list[int]:
    """Takes free cameras, one UPDATE each, and returns their ids.

    Free for a node: cameras of its own volumes that nobody holds or whose lease ran out. A node
    that has a volume to put them on also takes such cameras of others, of those that nobody holds
    only the ones in `waited_for`: the caller has waited long enough.
    """
    del by
    ran_out = ~Q(owner="") & Q(lease_until__lt=Now())
    free = Q(volume__node=node) & (Q(owner="") | ran_out)
    if Volume.objects.filter(node=node).exists():
        free |= ran_out | Q(owner="", pk__in=list(waited_for))
    found = RecordingPlan.objects.filter(_LIVE, free).values_list("pk", flat=True)
    return [
        pk
        for pk in found
        if RecordingPlan.objects.filter(Q(owner="") | Q(lease_until__lt=Now()), pk=pk).update(
            owner=node, lease_until=_until(), fence=F("fence") + 1
        )
    ]


@service("recordings.run")
def unowned(*, by: Caller) -> set[int]:
    """Cameras that should be recorded and that nobody holds."""
    del by
    return set(RecordingPlan.objects.filter(_LIVE, owner="").values_list("pk", flat=True))


@service("recordings.run")
def release(node: str, *, by: Caller) -> None:
    """A recorder that stops in order lets others take over without waiting for its lease."""
    del by
    RecordingPlan.objects.filter(owner=node).update(owner="", lease_until=None)


@service("recordings.run")
def note_frames(last_frames: Mapping[int, datetime], *, by: Caller) -> None:
    """When each camera's last frame came, in one UPDATE for all."""
    del by
    plans = [RecordingPlan(camera_id=pk, last_frame_at=at) for pk, at in last_frames.items()]
    if plans:
        RecordingPlan.objects.bulk_update(plans, ["last_frame_at"])
