from __future__ import annotations

from django.apps import AppConfig


class RequestsAppConfig(AppConfig):
    name = "requests_app"
    verbose_name = "Permohonan"

    def ready(self) -> None:
        from requests_app import receivers  # noqa: F401, PLC0415 - models must be loaded first
