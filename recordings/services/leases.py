"""Who records which camera. PostgreSQL's clock decides, so that nodes need not agree on theirs.

Every camera has a home: the node of its plan's volume. A node that cannot record its cameras any
more loses them to another, and gets them back once it is up again. At any time the row names one
owner; the fence counts the changes.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import Case, DateTimeField, Exists, F, OuterRef, Q, Value, When
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Now

from cctvportal.accounts.access import Caller, service
from recordings.models import RecorderNode, RecordingPlan, Volume

_LIVE = Q(camera__enabled=True, camera__removed_at=None)
# A camera is recorded again within LEASE_SECONDS of its recorder's death. The lease itself is two
# thirds of that; what remains is for noticing, claiming, and opening the stream.
_SHARE: Final = 2 / 3
# A node that comes up and goes down again and again shall not pull its cameras along.
_SETTLED: Final = 2.0
_MARK: Final = "#"


def owner_name(node: str) -> str:
    """What a recorder calls itself in the rows: its node, and which of that node's processes."""
    return f"{node}{_MARK}{secrets.token_hex(4)}"


def node_of(owner: str) -> str:
    return owner.partition(_MARK)[0]


def lease_seconds() -> float:
    """For how long a node holds its cameras after it last renewed."""
    return float(settings.LEASE_SECONDS) * _SHARE


def _until() -> CombinedExpression:
    return Now() + timedelta(seconds=lease_seconds())


def _home_is_up(*, settled: bool) -> Exists:
    """A condition on plans: the recorder of the volume's node reached us within a lease."""
    lease = timedelta(seconds=lease_seconds())
    up = RecorderNode.objects.filter(name=OuterRef("volume__node"), seen_at__gt=Now() - lease)
    return Exists(up.filter(since__lt=Now() - lease * _SETTLED) if settled else up)


@service("recordings.run")
def take_back(owner: str, *, by: Caller) -> int:
    """At the start of a node's recorder: what its last one held is taken at once, fence raised.

    Should that one still run, on another machine by mistake, it holds nothing any more.
    """
    del by
    node = node_of(owner)
    RecorderNode.objects.update_or_create(name=node, defaults={"seen_at": Now(), "since": Now()})
    ours = Q(owner=node) | Q(owner__startswith=node + _MARK)
    return RecordingPlan.objects.filter(ours).update(
        owner=owner, lease_until=_until(), fence=F("fence") + 1
    )


@service("recordings.run")
def renew(owner: str, *, by: Caller) -> None:
    """Renews all that the owner holds, in one UPDATE, and says that its node is up."""
    del by
    RecordingPlan.objects.filter(owner=owner).update(lease_until=_until())
    ours = RecorderNode.objects.filter(name=node_of(owner))
    fresh = Now() - timedelta(seconds=lease_seconds())
    if not ours.filter(seen_at__gt=fresh).update(seen_at=Now()):
        ours.update(seen_at=Now(), since=Now())


@service("recordings.run")
def held(owner: str, *, by: Caller) -> list[RecordingPlan]:
    """What the owner records.

    Let go first: cameras that were switched off or removed, and those whose home is up again.
    """
    del by
    mine = RecordingPlan.objects.filter(owner=owner)
    goes_home = ~Q(volume__node=node_of(owner)) & Q(_home_is_up(settled=True))
    gone = list(mine.filter(~_LIVE | goes_home).values_list("pk", flat=True))
    if gone:
        mine.filter(pk__in=gone).update(owner="", lease_until=None)
    return list(mine.select_related("camera__device", "volume").order_by("pk"))


@service("recordings.run")
def claim(owner: str, *, steady: bool, by: Caller) -> list[int]:
    """Takes free cameras, one UPDATE each, and returns their ids.

    Always free for a node: cameras of its own volumes that nobody holds. One that has a volume to
    put them on, and has been in touch with the database for a while (`steady`), also takes those
    whose lease ran out, and those that nobody holds and whose home is not up. After an outage of
    the database every lease has run out: nobody is robbed before they could renew.
    """
    del by
    node = node_of(owner)
    ran_out = ~Q(owner__in=["", owner]) & Q(lease_until__lt=Now())
    free = Q(owner="", volume__node=node)
    if steady and Volume.objects.filter(node=node).exists():
        free |= ran_out | Q(owner="") & ~Q(_home_is_up(settled=False))
    found = RecordingPlan.objects.filter(_LIVE, free).values_list("pk", flat=True)
    return [
        pk
        for pk in found
        if RecordingPlan.objects.filter(Q(owner="") | Q(lease_until__lt=Now()), pk=pk).update(
            owner=owner, lease_until=_until(), fence=F("fence") + 1
        )
    ]


@service("recordings.run")
def release(owner: str, *, by: Caller) -> None:
    """A recorder that stops in order lets others take over without waiting for its lease."""
    del by
    RecordingPlan.objects.filter(owner=owner).update(owner="", lease_until=None)
    RecorderNode.objects.filter(name=node_of(owner)).update(seen_at=None)


@service("recordings.run")
def note_frames(owner: str, last_frames: Mapping[int, datetime], *, by: Caller) -> None:
    """When each camera's last frame came, in one UPDATE for all that the owner still holds."""
    del by
    if last_frames:
        cases = [When(pk=pk, then=Value(at)) for pk, at in last_frames.items()]
        RecordingPlan.objects.filter(owner=owner, pk__in=last_frames).update(
            last_frame_at=Case(*cases, output_field=DateTimeField())
        )
