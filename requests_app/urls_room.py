from __future__ import annotations

from django.urls import path

from requests_app.views import room

app_name = "room"
urlpatterns = [
    path("", room.open_page, name="open"),
    path("periksa/", room.view, name="view"),
    path("periksa/<int:camera>/", room.view, name="view"),
    path("kamera/<int:camera>/putar.m3u8", room.playlist, name="playlist"),
    path("kamera/<int:camera>/diam/<int:second>.jpg", room.still, name="still"),
    path("potongan/<uuid:segment>.mp4", room.segment, name="segment"),
    path("potongan/<uuid:segment>/awal.mp4", room.opening, name="opening"),
]
