"""The daily certificates of what expired; requests_app/urls.py includes them at /penghapusan/."""

from __future__ import annotations

from datetime import date

from django.urls import path, register_converter

from requests_app.views import purge_days


class DayConverter:
    """A day as `2026-11-23`."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()


register_converter(DayConverter, "day")
app_name = "purge_days"
urlpatterns = [
    path("", purge_days.show, name="list"),
    path("<day:day>.pdf", purge_days.paper, name="paper"),
]
