"""The pages that say what went wrong and what to do next.

Each carries a short code and the time; the same code stands in the log, so that a phone call is
enough to find the line. Not allowed and not found are one page (design.md 3).
"""

from __future__ import annotations

import logging
import secrets
from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from cctvportal.common import clock

log = logging.getLogger("cctvportal.errors")
# Letters and figures that cannot be mistaken for one another over the phone.
_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_TOO_LARGE = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


def _code(status: int, request: HttpRequest, reason: str = "") -> str:
    letters = "".join(secrets.choice(_SIGNS) for _ in range(6))
    code = f"{letters[:3]}-{letters[3:]}"
    log.warning(
        "Kesalahan %s, kode %s: %s %s %s", status, code, request.method, request.path, reason
    )
    return code


def error_page(request: HttpRequest, status: int, reason: str = "") -> HttpResponse:
    """The page of `status`; `reason` goes to the log only."""
    facts = {"code": _code(status, request, reason), "moment": clock.now()}
    return render(request, f"{status}.html", facts, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    too_large = isinstance(exception, _TOO_LARGE)
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE if too_large else HTTPStatus.BAD_REQUEST
    return error_page(request, status, type(exception).__name__)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return not_found(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, HTTPStatus.NOT_FOUND, type(exception).__name__)


def method_not_allowed(request: HttpRequest) -> HttpResponse:
    return error_page(request, HTTPStatus.METHOD_NOT_ALLOWED)


def server_error(request: HttpRequest) -> HttpResponse:
    """Written without session, user or menu: the database may be what failed."""
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    facts = {"code": _code(status, request), "moment": clock.now()}
    return HttpResponse(render_to_string("500.html", facts), status=status)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that outlived its session: nothing was changed, and what was typed is still there."""
    return error_page(request, HTTPStatus.FORBIDDEN, reason)
