from __future__ import annotations

from django.apps import AppConfig


class RecordingsConfig(AppConfig):
    name = "recordings"
    verbose_name = "Rekaman"

    def ready(self) -> None:
        # Models exist only now.
        from cctvportal.celery import app  # noqa: PLC0415
        from recordings import jobs, receivers  # noqa: F401, PLC0415

        # By name: only a worker loads it.
        app.steps["worker"].add("recordings.recorder.bootstep:RecorderStep")
