from __future__ import annotations

from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "cctvportal.common"
    label = "common"

    def ready(self) -> None:
        from cctvportal import checks  # noqa: F401, PLC0415 - registers itself
