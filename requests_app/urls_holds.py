"""Penahanan rekaman; requests_app/urls.py includes them at /penahanan/."""

from __future__ import annotations

from django.urls import path

from requests_app.views import hold_acts, holds

app_name = "holds"
urlpatterns = [
    path("", holds.index, name="list"),
    path("baru/", holds.new, name="new"),
    path("<uuid:pk>/", holds.detail, name="detail"),
    path("<uuid:pk>/setujui/", hold_acts.accept, name="accept"),
    path("<uuid:pk>/tolak/", hold_acts.decline, name="decline"),
    path("<uuid:pk>/perpanjang/", hold_acts.prolong, name="prolong"),
    path("<uuid:pk>/lepas/", hold_acts.release, name="release"),
    path("<uuid:pk>/lepas/jawab/", hold_acts.agree, name="agree"),
    path("<uuid:pk>/lepas/tetap-tahan/", hold_acts.keep, name="keep"),
]
