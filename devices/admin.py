"""Rooms, keys, devices and cameras as officer and IT admin keep them. Nothing is deleted."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from cctvportal.accounts.access import page, person
from cctvportal.admin_site import DeskPage, add_pages
from cctvportal.common import words
from cctvportal.service_admin import Saving, ServiceAdmin
from devices import desk
from devices.forms.cameras import DeviceForm
from devices.models import Camera, Device, Room, RoomKey
from devices.services import rooms
from devices.services.cameras import change_camera, set_credential
from devices.services.devices import change_device, probe_device

add_pages(
    DeskPage("kamera/baru/", desk.new_camera, "camera_new"),
    DeskPage("kamera/uji/", desk.try_camera, "camera_try"),
    DeskPage("kamera/<int:pk>/alamat/", desk.move, "camera_move"),
    DeskPage("kamera/<int:pk>/lepas/", desk.remove, "camera_remove"),
)


@admin.register(Room)
class RoomAdmin(ServiceAdmin[Room]):
    list_display = ("name", "location")
    fields = ("name", "location")

    def keep(self, saving: Saving[Room]) -> None:
        save = rooms.add_room if saving.is_new else rooms.change_room
        save(saving.row, by=saving.by)


@admin.register(RoomKey)
class RoomKeyAdmin(ServiceAdmin[RoomKey]):
    list_display = ("label", "room", "retired")
    list_filter = ("retired",)
    fields = ("label", "room", "retired")

    def keep(self, saving: Saving[RoomKey]) -> None:
        save = rooms.add_key if saving.is_new else rooms.change_key
        save(saving.row, by=saving.by)


class CameraInline(admin.StackedInline[Camera, Device]):
    """What hangs on a device; changed on the camera's own page."""

    model = Camera
    fields = ("name", "room", "enabled")
    readonly_fields = fields
    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Device | None = None) -> bool:  # noqa: ARG002 - Django's signature
        return False


@admin.register(Device)
class DeviceAdmin(ServiceAdmin[Device]):
    list_display = ("name", "kind", "host", "manufacturer", "model")
    search_fields = ("name", "host", "serial")
    form = DeviceForm
    fields = (
        "name",
        "host",
        "onvif_port",
        "rtsp_port",
        "username",
        "new_password",
        "kind",
        "manufacturer",
        "model",
        "serial",
        "clock",
    )
    readonly_fields = ("kind", "manufacturer", "model", "serial", "clock")
    inlines = (CameraInline,)
    change_form_template = "admin/devices/device/change_form.html"

    @admin.display(description=gettext_lazy("selisih jam"))
    def clock(self, obj: Device) -> str:
        if obj.clock_error_s is None:
            return _("belum diketahui")
        late = _("lebih cepat") if obj.clock_error_s > 0 else _("lebih lambat")
        return f"{words.duration(obj.clock_error_s)} {late}"

    def get_urls(self) -> list[URLPattern]:
        gated = page("devices.note_probe")(require_POST(self.probe_view))
        probe = self.admin_site.admin_view(gated)
        return [path("<int:pk>/uji/", probe, name="devices_device_probe"), *super().get_urls()]

    def add_view(self, request: HttpRequest, *_given: Any, **_named: Any) -> HttpResponse:  # noqa: ARG002 - leads away
        return redirect("admin:camera_new")

    def keep(self, saving: Saving[Device]) -> None:
        row, typed, by = saving.row, saving.typed, saving.by
        change_device(row, by=by, password=typed["new_password"])
        if typed["new_password"] or "username" in saving.changed:
            password = typed["new_password"] or row.password
            set_credential(row, username=typed["username"], password=password, by=by)

    def probe_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        finding = probe_device(Device.objects.get(pk=pk), by=person(request))
        tell = messages.success if finding.ok else messages.error
        tell(request, desk.sentence(finding))
        return HttpResponseRedirect(reverse("admin:devices_device_change", args=[pk]))


@admin.register(Camera)
class CameraAdmin(ServiceAdmin[Camera]):
    list_display = ("name", "room", "on_device", "enabled", "priority", "picture", "removed_at")
    list_filter = ("enabled", "room")
    search_fields = ("name", "device__name")
    list_select_related = ("room", "device")
    fields = ("name", "room", "stream_url", "priority", "enabled", "on_device", "picture")
    # Another address goes through a page that asks the camera, with the password typed again.
    readonly_fields = ("stream_url", "on_device", "picture")
    change_form_template = "admin/devices/camera/change_form.html"

    @admin.display(description=gettext_lazy("perangkat"), ordering="device__name")
    def on_device(self, obj: Camera) -> str:
        return obj.device.name

    @admin.display(description=gettext_lazy("gambar"))
    def picture(self, obj: Camera) -> str:
        if not obj.codec:
            return _("belum diketahui")
        return f"{obj.codec.upper()}, {obj.width} x {obj.height}, {words.number(obj.fps)} fps"

    def add_view(self, request: HttpRequest, *_given: Any, **_named: Any) -> HttpResponse:  # noqa: ARG002 - leads away
        return redirect("admin:camera_new")

    def has_change_permission(self, request: HttpRequest, obj: Camera | None = None) -> bool:
        """One that was removed is history."""
        gone = obj is not None and obj.removed_at is not None
        return not gone and super().has_change_permission(request, obj)

    def keep(self, saving: Saving[Camera]) -> None:
        change_camera(saving.row, by=saving.by)
