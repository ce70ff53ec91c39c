"""A device's own address, and asking it how it does; its account: cameras.set_credential."""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext as _

from cctvportal.accounts.access import service
from cctvportal.accounts.models import User
from cctvportal.audit.services import record
from cctvportal.common.crypto import SealBroken
from cctvportal.common.errors import Refused
from devices import probing
from devices.enums import DeviceKind
from devices.models import Camera, Device
from devices.probing import Finding
from devices.rtsp import Endpoint, RtspError
from devices.signals import camera_changed


@service("devices.change_device")
def change_device(device: Device, *, by: User, password: str = "") -> Device:
    """Saves a changed name, host or port, and moves the streams of its cameras along.

    A sealed password goes to no new address: one that moves needs `password`, typed again, which
    is sealed instead. Raises Refused without it and for an address that cannot be one,
    ValidationError for a name that is taken.
    """
    with transaction.atomic():
        before = Device.objects.select_for_update().get(pk=device.pk)
        device.full_clean()
        facts: dict[str, object] = {"moved": before.told_address != device.told_address}
        if facts["moved"]:
            facts["address"] = [before.told_address, device.told_address]
            if before.password_sealed and not password:
                raise Refused(_("Alamat berubah: ketik kata sandi perangkat lagi."), "new_password")
        device.password_sealed = before.password_sealed
        if password:
            device.password = password
        device.save(update_fields=["name", "host", "onvif_port", "rtsp_port", "password_sealed"])
        record("device.changed", by=by, subject=device, facts=facts)
        moved = (before.host, before.rtsp_port) != (device.host, device.rtsp_port)
        for camera in device.cameras.select_for_update() if moved else ():
            _move(camera, before, device)
            camera_changed.send(sender=Camera, camera=camera, by=by)
    return device


@service("devices.note_probe")
def probe_device(device: Device, *, by: User) -> Finding:
    """Asks a known device with its sealed account; keeps how wrong its clock is.

    A failure is a finding with its reason. A few seconds; no transaction is open meanwhile.
    """
    try:
        found = _asked(device)
    except SealBroken:
        return Finding(ok=False, reason=_("Kata sandi perangkat tidak terbuka; isikan lagi."))
    with transaction.atomic():
        if found.clock_error_s is not None:
            Device.objects.filter(pk=device.pk).update(clock_error_s=found.clock_error_s)
        record("device.probed", by=by, subject=device, facts={"ok": found.ok})
    return found


def _asked(device: Device) -> Finding:
    if device.kind == DeviceKind.ONVIF:
        return probing.probe_onvif(device.host, device.onvif_port, device.username, device.password)
    camera = device.cameras.filter(removed_at=None).first()
    if camera is None:
        return Finding(ok=False, reason=_("Perangkat ini tidak punya kamera lagi."))
    place = Endpoint.parse(camera.stream_url)
    return probing.probe_stream(replace(place, username=device.username, password=device.password))


def _move(camera: Camera, before: Device, device: Device) -> None:
    """Every stream follows the host; a port of its own (a recorder box's channel) stays."""
    try:
        place = Endpoint.parse(camera.stream_url)
        port = device.rtsp_port if place.port == before.rtsp_port else place.port
        camera.stream_url = replace(place, host=device.host, port=port).url
        camera.save(update_fields=["stream_url"])
    except RtspError as error:
        raise Refused(str(error), "host") from error
