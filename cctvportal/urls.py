from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from django.views.i18n import set_language

from cctvportal import health

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("requests_app.urls")),
    path("akun/", include("cctvportal.accounts.urls")),
    path("bahasa/", set_language, name="set_language"),
    path("healthz", health.live, name="health_live"),
    path("readyz", health.ready, name="health_ready"),
    path("metrics", health.metrics, name="health_metrics"),
]

handler400 = "cctvportal.common.views.bad_request"
handler403 = "cctvportal.common.views.permission_denied"
handler404 = "cctvportal.common.views.not_found"
handler500 = "cctvportal.common.views.server_error"
