"""How long footage is kept; requests_app/urls.py includes them at /masa-simpan/."""

from __future__ import annotations

from django.urls import path

from requests_app.views import retention

app_name = "retention"
urlpatterns = [
    path("", retention.overview, name="overview"),
    path("<uuid:pk>/", retention.detail, name="detail"),
    path("<uuid:pk>/setujui/", retention.confirm, name="confirm"),
    path("<uuid:pk>/batal/", retention.cancel, name="cancel"),
    path("<uuid:pk>/lanjut/", retention.retry, name="retry"),
]
