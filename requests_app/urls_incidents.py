"""Kendala and keadaan kahar; requests_app/urls.py includes them at /kejadian/."""

from __future__ import annotations

from django.urls import path

from requests_app.views import incidents

app_name = "incidents"
urlpatterns = [
    path("", incidents.index, name="list"),
    path("catat/", incidents.note, name="open"),
    path("<int:pk>/tutup/", incidents.close, name="close"),
]
