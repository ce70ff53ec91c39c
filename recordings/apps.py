from __future__ import annotations

from typing import Final

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from cctvportal.common.navigation import Group, NavItem, register

_MENU: Final = (
    NavItem(
        "admin:recordings_medium_changelist",
        _("Daftar hard disk"),
        "disk",
        "recordings.view_medium",
        Group.WORK,
        order=60,
    ),
    NavItem(
        "admin:recordings_recordingplan_changelist",
        _("Rencana rekam"),
        "camera",
        "recordings.view_recordingplan",
        Group.SYSTEM,
        order=25,
    ),
    NavItem(
        "admin:recordings_volume_changelist",
        _("Media simpan"),
        "disk",
        "recordings.view_volume",
        Group.SYSTEM,
        order=30,
    ),
)


class RecordingsConfig(AppConfig):
    name = "recordings"
    verbose_name = "Rekaman"

    def ready(self) -> None:
        register(*_MENU)
        # Models exist only now.
        from cctvportal.celery import app  # noqa: PLC0415
        from recordings import jobs, metrics, receivers  # noqa: F401, PLC0415

        metrics.register()
        # By name: only a worker loads it.
        app.steps["worker"].add("recordings.recorder.bootstep:RecorderStep")
