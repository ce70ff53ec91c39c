"""What this node shall record, as the database says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from cctvportal.common.crypto import SealBroken
from devices.rtsp import Endpoint, RtspError

if TYPE_CHECKING:
    from recordings.models import RecordingPlan, Volume


@dataclass(frozen=True, slots=True)
class Wanted:
    """One camera that this node holds. The endpoint carries the password: never log it whole."""

    camera_id: int
    camera: UUID
    endpoint: Endpoint
    priority: int
    fence: int
    volume: Volume

    def same_stream(self, other: Wanted) -> bool:
        """Whether a recording under way may go on under the other's facts."""
        return (self.endpoint, self.volume.pk) == (other.endpoint, other.volume.pk)


class Unusable(Exception):  # noqa: N818 - named for what happened
    """Address or password of a camera cannot be used; the Indonesian sentence says which."""


def of_plan(plan: RecordingPlan, volume: Volume) -> Wanted:
    """Raises Unusable."""
    camera, device = plan.camera, plan.camera.device
    try:
        place = Endpoint.parse(camera.stream_url)
        if place.host.lower() != device.host.lower():
            # The password is the device's; no row, however it came about, sends it elsewhere.
            raise Unusable("Alamat gambar bukan pada alamat perangkatnya; periksa kamera.")
        endpoint = Endpoint(place.host, place.port, place.target, device.username, device.password)
    except RtspError as error:
        raise Unusable(str(error)) from None
    except SealBroken:
        raise Unusable("Kata sandi kamera tidak terbuka; isikan lagi.") from None
    return Wanted(camera.pk, camera.uuid, endpoint, camera.priority, plan.fence, volume)
