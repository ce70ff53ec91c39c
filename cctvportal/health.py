"""Two plain answers for the supervisor and the load balancer; no footage, no names."""

from __future__ import annotations

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
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
