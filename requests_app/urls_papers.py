"""The papers of a request; requests_app/urls.py includes them below the request."""

from __future__ import annotations

from django.urls import path

from requests_app.views import papers

app_name = "papers"
urlpatterns = [path("<slug:kind>.pdf", papers.download, name="download")]
