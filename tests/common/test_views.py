from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404

from cctvportal.common import views

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.test import RequestFactory


@pytest.fixture
def visit(rf: RequestFactory) -> HttpRequest:
    request = rf.get("/permohonan/7/")
    request.user = AnonymousUser()
    return request


def heading(response: HttpResponse) -> str:
    found = re.search(r"<h1>(.*?)</h1>", response.content.decode())
    assert found is not None
    return found[1]


def test_not_found_and_not_allowed_look_alike(visit: HttpRequest) -> None:
    missing = views.not_found(visit, Http404("x"))
    forbidden = views.permission_denied(visit, PermissionDenied("y"))
    assert missing.status_code == forbidden.status_code == 404
    assert heading(missing) == heading(forbidden)


def test_bad_request_tells_too_large_apart(visit: HttpRequest) -> None:
    assert views.bad_request(visit, SuspiciousOperation("x")).status_code == 400
    too_large = views.bad_request(visit, RequestDataTooBig("x"))
    assert too_large.status_code == 413
    assert heading(too_large) == "Kiriman terlalu besar"


def test_method_not_allowed_says_where_to_press(visit: HttpRequest) -> None:
    response = views.method_not_allowed(visit)
    assert response.status_code == 405
    assert heading(response) == "Halaman ini tidak dapat dibuka langsung"


def test_csrf_failure_says_that_nothing_changed(visit: HttpRequest) -> None:
    response = views.csrf_failure(visit, "token missing")
    assert response.status_code == 403
    assert "Tidak ada yang berubah." in response.content.decode()
    assert "token missing" not in response.content.decode()


def test_server_error_needs_no_user_and_no_database(rf: RequestFactory) -> None:
    response = views.server_error(rf.post("/"))
    assert response.status_code == 500
    assert heading(response) == "Portal sedang bermasalah"


def test_code_on_the_page_stands_in_the_log(
    visit: HttpRequest, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="cctvportal.errors"):
        response = views.error_page(visit, 409, "too late")
    code = re.search(r"<strong>(\w{3}-\w{3})</strong>", response.content.decode())
    assert code is not None
    assert f"kode {code[1]}" in caplog.text
    assert "too late" in caplog.text
