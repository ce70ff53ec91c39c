from __future__ import annotations

from django.apps import AppConfig


class RecordingsConfig(AppConfig):
    name = "recordings"
    verbose_name = "Rekaman"

    def ready(self) -> None:
        from recordings import jobs  # noqa: F401, PLC0415 - registers the kinds of jobs
