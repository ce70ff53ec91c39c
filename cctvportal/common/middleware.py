"""What holds for every answer of the portal."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.cache import add_never_cache_headers

from cctvportal.common.errors import Refused, TooMany

Answer = Callable[[HttpRequest], HttpResponse]


class PrivatePagesMiddleware:
    """No page about people stays in a cache or a browser's history (ASVS 14.3.2)."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        response.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        return response


class RefusalMiddleware:
    """A refusal that no form showed becomes a page with the refusal's own status."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refused):
            return None
        response = TemplateResponse(
            request,
            f"{exception.status}.html",
            {"sentence": exception.message},
            status=exception.status,
        )
        if isinstance(exception, TooMany):
            response["Retry-After"] = str(exception.wait_seconds)
        return response.render()
