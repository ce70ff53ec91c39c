from __future__ import annotations

from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext as _

from cctvportal.accounts.access import Caller, service
from cctvportal.audit.services import record
from cctvportal.common.clock import now
from cctvportal.common.errors import Refused
from devices import probing
from devices.enums import DeviceKind
from devices.models import Camera, Device, Room
from devices.probing import Finding
from devices.rtsp import Endpoint, RtspError
from devices.signals import camera_added, camera_changed


@dataclass(frozen=True, slots=True)
class Address:
    """Where a device answers: `url` is http://host:port for ONVIF, else rtsp://host:port/path."""

    url: str
    username: str = ""
    password: str = field(default="", repr=False)

    @property
    def is_rtsp(self) -> bool:
        return self.url.lower().startswith("rtsp:")


@service("devices.note_probe")
def probe(*, address: Address, by: Caller) -> Finding:
    """What answers at the address. Saves nothing; a failure is a finding with its reason."""
    del by
    if address.is_rtsp:
        try:
            endpoint = Endpoint.parse(address.url)
        except RtspError as error:
            return probing.refused(error)
        return probing.probe_stream(
            replace(endpoint, username=address.username, password=address.password)
        )
    host, port = _http(address.url)
    return probing.probe_onvif(host, port, address.username, address.password)


def _http(url: str) -> tuple[str, int]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or 80
    except ValueError:
        host, port = None, 0
    if not host or parts.scheme != "http" or parts.username is not None:
        raise Refused(_("Tulis alamat seperti http://192.168.1.20:80 tanpa kata sandi."), "url")
    return host, port


@service("devices.add_camera")
def add_camera(
    *, name: str, room: Room, address: Address, by: Caller, finding: Finding | None = None
) -> Camera:
    """Adds a device with its camera, recorded from then on; probes it unless told the finding.

    Raises Refused with the camera's own sentence when nothing recordable answers. The password is
    sealed; it stands in no address, entry or log.
    """
    found = finding or probe(address=address, by=by)
    if not found.ok:
        raise Refused(found.reason, found.field)
    endpoint = Endpoint.parse(found.stream_url)
    with transaction.atomic():
        device = Device(
            name=name,
            kind=DeviceKind.RTSP if address.is_rtsp else DeviceKind.ONVIF,
            host=endpoint.host,
            rtsp_port=endpoint.port,
            onvif_port=80 if address.is_rtsp else _http(address.url)[1],
            username=address.username,
            manufacturer=found.manufacturer,
            model=found.model,
            serial=found.serial,
            clock_error_s=found.clock_error_s,
        )
        device.password = address.password
        device.full_clean()
        device.save()
        camera = Camera(
            device=device,
            room=room,
            name=name,
            stream_url=endpoint.url,
            codec=found.codec,
            width=found.width,
            height=found.height,
            fps=found.fps,
        )
        camera.full_clean()
        camera.save()
        record("camera.added", by=by, subject=camera, facts={"room": room.pk, "codec": found.codec})
        camera_added.send(sender=Camera, camera=camera, by=by)
    return camera


@service("devices.change_camera")
def change_camera(camera: Camera, *, by: Caller) -> Camera:
    """Saves a changed name, room, priority, or that it is (not) to be recorded.

    Raises Refused for another address: that is for `move_camera`, which asks the camera first.
    """
    with transaction.atomic():
        before = Camera.objects.select_for_update().get(pk=camera.pk)
        if before.removed_at is not None:
            raise Refused(_("Kamera ini sudah dilepas."))
        if (camera.stream_url, camera.device_id) != (before.stream_url, before.device_id):
            raise Refused(_("Ubah alamat lewat tombol Ubah alamat gambar."))
        camera.full_clean()
        camera.save()
        record(
            "camera.changed",
            by=by,
            subject=camera,
            facts={"enabled": [before.enabled, camera.enabled], "room": camera.room_id},
        )
        camera_changed.send(sender=Camera, camera=camera, by=by)
    return camera


@service("devices.change_camera")
def move_camera(camera: Camera, *, url: str, password: str, by: Caller) -> Camera:
    """Records another stream of the same device from now on, after it answered.

    The password is typed again and replaces the sealed one, which goes to no new address. Raises
    Refused for another host (that is the device's own page) and for what does not answer.
    """
    found = _same_host(camera.device, url, password)
    with transaction.atomic():
        device = Device.objects.select_for_update().get(pk=camera.device_id)
        row = Camera.objects.select_for_update().get(pk=camera.pk)
        if row.removed_at is not None:
            raise Refused(_("Kamera ini sudah dilepas."))
        before, row.stream_url = row.told_address, found.stream_url
        row.codec, row.width, row.height, row.fps = (
            found.codec,
            found.width,
            found.height,
            found.fps,
        )
        device.password = password
        device.save(update_fields=["password_sealed"])
        row.full_clean()
        row.save()
        record("camera.moved", by=by, subject=row, facts={"address": [before, row.told_address]})
        for one in device.cameras.filter(removed_at=None):
            camera_changed.send(sender=Camera, camera=one, by=by)
    return row


def _same_host(device: Device, url: str, password: str) -> Finding:
    try:
        place = Endpoint.parse(url)
    except RtspError as error:
        raise Refused(str(error), "url") from None
    if place.host.lower() != device.host.lower():
        raise Refused(_("Alamat perangkat ini %s. Ubah dahulu di Perangkat.") % device.host, "url")
    found = probing.probe_stream(replace(place, username=device.username, password=password))
    if not found.ok:
        raise Refused(found.reason, found.field)
    return found


@service("devices.change_camera")
def remove_camera(camera: Camera, *, by: Caller) -> Camera:
    """Ends a camera's recording for good; its footage stays under its term and its holds."""
    with transaction.atomic():
        row = Camera.objects.select_for_update().get(pk=camera.pk)
        if row.removed_at is not None:
            raise Refused(_("Kamera ini sudah dilepas."))
        row.removed_at, row.enabled = now(), False
        row.save(update_fields=["removed_at", "enabled"])
        record("camera.removed", by=by, subject=row)
        camera_changed.send(sender=Camera, camera=row, by=by)
    return row


@service("devices.set_credential")
def set_credential(device: Device, *, username: str, password: str, by: Caller) -> Device:
    """Seals a new account for the device; the old password cannot be read back here."""
    with transaction.atomic():
        row = Device.objects.select_for_update().get(pk=device.pk)
        row.username, row.password = username, password
        row.save(update_fields=["username", "password_sealed"])
        record("device.credential_set", by=by, subject=row)
        for camera in row.cameras.all():
            camera_changed.send(sender=Camera, camera=camera, by=by)
    return row
