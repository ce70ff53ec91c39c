"""The registers of disks, volumes and terms. Footage itself has no page here, and no list."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cctvportal.common import words
from cctvportal.common.clock import now
from cctvportal.service_admin import Saving, ServiceAdmin
from recordings.forms.registers import MediumForm
from recordings.models import Medium, RecordingPlan, Volume
from recordings.services import disks, storage
from recordings.volume_texts import outlook


@admin.register(Medium)
class MediumAdmin(ServiceAdmin[Medium]):
    """Book 3's disks: registering writes the marker onto the attached disk."""

    form = MediumForm
    list_display = ("label", "kind", "owner", "serial", "in_use")
    list_filter = ("kind",)
    search_fields = ("label", "serial", "owner")

    @admin.display(description=gettext_lazy("keadaan"))
    def in_use(self, obj: Medium) -> str:
        if obj.retired_at is None:
            return _("dipakai")
        return _("tidak dipakai sejak %s") % words.date(obj.retired_at)

    def get_fields(self, request: HttpRequest, obj: Medium | None = None) -> Any:  # noqa: ARG002 - Django's signature
        own = ["kind", "label", "serial", "path", "owner"]
        return [*own, "retired"] if obj else own

    def get_readonly_fields(self, request: HttpRequest, obj: Medium | None = None) -> list[str]:  # noqa: ARG002 - Django's signature
        return ["kind"] if obj else []

    def keep(self, saving: Saving[Medium]) -> None:
        row = saving.row
        if saving.is_new:
            disks.register(row, by=saving.by)
            return
        retired = saving.typed["retired"]
        row.retired_at = (row.retired_at or now()) if retired else None
        disks.change(row, by=saving.by)


@admin.register(Volume)
class VolumeAdmin(ServiceAdmin[Volume]):
    """Where footage lies, and for how long there is room: read and reckoned by the watch."""

    list_display = ("label", "node", "path", "reserve", "state")
    list_select_related = ("reading",)

    @admin.display(description=gettext_lazy("ruang cadangan"))
    def reserve(self, obj: Volume) -> str:
        return words.size(obj.reserve_bytes)

    @admin.display(description=gettext_lazy("keadaan"))
    def state(self, obj: Volume) -> str:
        return outlook(obj).word

    @admin.display(description=gettext_lazy("ruang"))
    def room(self, obj: Volume) -> str:
        return outlook(obj).room

    @admin.display(description=gettext_lazy("prakiraan"))
    def forecast(self, obj: Volume) -> str:
        found = outlook(obj)
        return f"{found.forecast} {found.grounds}".strip()

    def get_fields(self, request: HttpRequest, obj: Volume | None = None) -> Any:  # noqa: ARG002 - Django's signature
        typed = ("label", "node", "path", "reserve_bytes")
        return (*typed, "room", "forecast") if obj else typed

    def get_readonly_fields(self, request: HttpRequest, obj: Volume | None = None) -> list[str]:  # noqa: ARG002 - Django's signature
        shown = ["room", "forecast"]
        return ["node", "path", *shown] if obj else shown

    def keep(self, saving: Saving[Volume]) -> None:
        save = storage.add_volume if saving.is_new else storage.change_volume
        save(saving.row, by=saving.by)


@admin.register(RecordingPlan)
class RecordingPlanAdmin(ServiceAdmin[RecordingPlan]):
    """Where each camera's footage goes; made when a camera is added. Its term has own pages."""

    list_display = ("of_camera", "volume", "policy", "term")
    list_select_related = ("camera", "volume", "policy")
    fields = ("of_camera", "volume", "policy", "term", "ground")

    @admin.display(description=gettext_lazy("kamera"), ordering="camera__name")
    def of_camera(self, obj: RecordingPlan) -> str:
        return obj.camera.name

    @admin.display(description=gettext_lazy("lama simpan"))
    def term(self, obj: RecordingPlan) -> str:
        return words.duration(obj.keep_for)

    @admin.display(description=gettext_lazy("dasar masa simpan"))
    def ground(self, obj: RecordingPlan) -> str:
        return obj.legal_basis

    def get_readonly_fields(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        obj: RecordingPlan | None = None,  # noqa: ARG002 - Django's signature
    ) -> list[str]:
        return ["of_camera", "policy", "term", "ground"]

    def keep(self, saving: Saving[RecordingPlan]) -> None:
        storage.move_recording(saving.row, by=saving.by)
