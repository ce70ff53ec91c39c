"""The monitoring page; requests_app/urls.py includes it at /pemantauan/."""

from __future__ import annotations

from django.urls import path

from requests_app.views import monitoring

app_name = "monitoring"
urlpatterns = [
    path("", monitoring.live, name="live"),
    path("lanjutkan/", monitoring.resume_purge, name="resume_purge"),
]
