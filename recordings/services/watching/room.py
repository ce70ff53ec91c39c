"""Room on the volumes: read by their own node, reckoned forward for all."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _

from recordings.enums import AlarmKind
from recordings.models import Volume, VolumeReading
from recordings.services import volumes
from recordings.services.forecast import Forecast, forecasts
from recordings.services.scratch import DataDisk
from recordings.services.volumes import VolumeUnavailable
from recordings.services.watching.found import Found, Look

# One that was told stays until there is that much more.
_MARGIN_DAYS: Final = 2
_MARGIN_ROOM: Final = 1.1


def read(look: Look) -> list[Found]:
    """Notes the free bytes of this node's volumes; a disk that cannot be read keeps no number."""
    for volume in Volume.objects.filter(node=settings.NODE_NAME):
        try:
            with volumes.opened(volume) as place:
                room = os.fstatvfs(place.root)
                facts = {
                    "free_bytes": place.free_bytes,
                    "total_bytes": room.f_blocks * room.f_frsize,
                    "problem": "",
                }
        except (VolumeUnavailable, OSError) as error:
            facts = {"free_bytes": None, "total_bytes": None, "problem": str(error)[:200]}
        VolumeReading.objects.update_or_create(
            volume=volume, defaults={**facts, "read_at": look.moment}
        )
    return []


def data_folder(look: Look) -> list[Found]:
    """The data folder of this node, when its keys and tombstones soon find no room.

    Beside the volumes': the recorder tells of those that it writes to, by their
    reserve, and a key that cannot be written stops every camera.
    """
    disk = DataDisk.of(settings.PORTAL_DATA_DIR)
    told = look.is_open(AlarmKind.BELOW_FLOOR, _data_subject())
    if disk.free >= disk.least * (_MARGIN_ROOM if told else 1):
        return []
    facts = {
        "name": _("Disk folder data komputer %s") % settings.NODE_NAME,
        "free_bytes": disk.free,
        "detail": _("Kunci rekaman ditulis di sana: tanpa ruang, semua kamera berhenti."),
    }
    return [Found(AlarmKind.BELOW_FLOOR, _data_subject(), facts)]


def is_data_folder(subject: str) -> bool:
    """Whether an alarm is about this node's data folder: no other node may end it."""
    return subject == _data_subject()


def _data_subject() -> str:
    return f"data:{settings.NODE_NAME}"


def running_out(look: Look) -> list[Found]:
    """Volumes that are full in fewer days than the setting wants to know ahead."""
    readings = VolumeReading.objects.exclude(free_bytes=None)
    free = {one.volume_id: one.free_bytes for one in readings if one.free_bytes is not None}
    found = []
    for volume, outlook in forecasts(free, look.moment).items():
        VolumeReading.objects.filter(volume=volume).update(
            forecast=asdict(outlook), forecast_at=look.moment
        )
        if _is_soon(outlook, told=look.is_open(AlarmKind.FORECAST_LOW, str(volume))):
            # "0 hari lagi" would sound as if it were full.
            facts = {"days": outlook.days or _("kurang dari 1"), "free_bytes": outlook.free}
            found.append(Found(AlarmKind.FORECAST_LOW, str(volume), facts))
    return found


def _is_soon(outlook: Forecast, *, told: bool) -> bool:
    limit = settings.FORECAST_DAYS + (_MARGIN_DAYS if told else 0)
    return outlook.days is not None and outlook.days < limit
