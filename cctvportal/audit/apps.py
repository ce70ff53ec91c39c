from __future__ import annotations

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "cctvportal.audit"
    label = "audit"
    verbose_name = "Buku catatan"

    def ready(self) -> None:
        from cctvportal.audit import receivers  # noqa: F401, PLC0415 - connects the signals
