"""Plain answers for the supervisor, the load balancer and a monitor; no footage, no person."""

from __future__ import annotations

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django_prometheus.exports import ExportToDjangoView
from redis.exceptions import RedisError


def live(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 - Django's signature
    """The process answers."""
    return JsonResponse({"ok": True})


def ready(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 - Django's signature
    """The database answers; the broker's state is told but fails nothing."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"ok": False, "database": False}, status=503)
    try:
        cache.get("readyz")
    except RedisError:
        return JsonResponse({"ok": True, "database": True, "broker": False})
    return JsonResponse({"ok": True, "database": True, "broker": True})


def metrics(request: HttpRequest) -> HttpResponse:
    """The gauges, for whoever knows the token; for all others there is no such page."""
    given = request.headers.get("Authorization", "")
    if not constant_time_compare(given, f"Bearer {settings.METRICS_TOKEN}"):
        raise Http404
    answer: HttpResponse = ExportToDjangoView(request)
    return answer
