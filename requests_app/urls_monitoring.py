"""The monitoring page; requests_app/urls.py includes it at /pemantauan/."""

from __future__ import annotations

from django.urls import path

from requests_app.views import alarms, monitoring

app_name = "monitoring"
urlpatterns = [
    path("", monitoring.live, name="live"),
    path("lanjutkan/", monitoring.resume_purge, name="resume_purge"),
    path("alarm/", alarms.past, name="past"),
    path("alarm/<int:pk>/tangani/", alarms.take_alarm, name="take_alarm"),
    path("petunjuk/", alarms.guide, name="guide"),
]
