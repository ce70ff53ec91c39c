"""The checking room (SOP step 3): the passphrase, the player, and what the player fetches.

Every answer asks anew: the person, the request's state, the issuance. What does not fit is not
found, whatever the address says.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from cctvportal.accounts.access import NotAllowed, PersonRequest, page, require
from cctvportal.common.clock import now
from cctvportal.common.errors import Refused, TooMany
from devices.models import Camera
from recordings.media.playlist import playlist as told
from recordings.selectors import coverage, gaps_in
from recordings.services import playback
from recordings.services.playback import Viewing
from requests_app.enums import RequestState
from requests_app.forms.room import PassphraseForm
from requests_app.lifecycle import FINAL
from requests_app.models import AccessRequest, Issuance
from requests_app.selectors import request_for
from requests_app.selectors.gate import open_room
from requests_app.selectors.permit import permit_of
from requests_app.services.room import unlock_room
from requests_app.views.strip import hour, strip

_SESSION: Final = "room"
_PERMISSION: Final = "requests_app.unlock_room"
_CLOSED: Final = {*FINAL, RequestState.HANDED_OVER, RequestState.ERASED}
_STEP: Final = 10  # seconds between two stills that one leafs through


@require_http_methods(["GET", "HEAD", "POST"])
@page(_PERMISSION)
def open_page(request: PersonRequest, pk: UUID) -> HttpResponseBase:
    """Asks for the passphrase; the right one opens this request's room for this session."""
    row = _own(request, pk)
    if row.status in _CLOSED:
        return render(request, "room/ended.html", {"shown": row, "back_url": _detail(row)})
    form = PassphraseForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_bound and form.is_valid():
        try:
            issuance = unlock_room(row, typed=form.cleaned_data["passphrase"], by=request.user)
        except Refused as refusal:
            form.add_error("passphrase", refusal.message)
            status = refusal.status if isinstance(refusal, TooMany) else 200
        else:
            _remember(request, row, issuance)
            return redirect("room:view", row.pk)
    facts = {"form": form, "shown": row, "back_url": _detail(row)}
    return render(request, "room/open.html", facts, status=status)


@require_safe
@page(_PERMISSION)
def view(request: PersonRequest, pk: UUID, camera: int | None = None) -> HttpResponseBase:
    """One camera's film of the approved range, its gaps, and stills for who cannot play it."""
    row = _own(request, pk)
    try:
        row, viewing = _viewing(request, pk)
    except NotAllowed:
        return redirect("room:open", pk)
    chosen = _chosen_camera(row, camera)
    reel = playback.reel(viewing, camera_id=chosen.pk, by=request.user)
    permit = viewing.permit
    facts = {
        **_standing(row, viewing),
        "camera": chosen,
        "reel": reel,
        "strip": strip(
            reel, permit.start, permit.end, gaps_in(chosen.pk, permit.start, permit.end)
        ),
        "still": _chosen_still(request, viewing),
    }
    return render(request, "room/view.html", facts)


@require_safe
@page(_PERMISSION)
def playlist(request: PersonRequest, pk: UUID, camera: int) -> HttpResponse:
    _row, viewing = _viewing(request, pk)
    reel = playback.reel(viewing, camera_id=camera, by=request.user)
    text = told(
        reel.spans,
        media_uri=lambda span: reverse("room:segment", args=[pk, span.segment]),
        init_uri=lambda span: reverse("room:opening", args=[pk, span.segment]),
    )
    return HttpResponse(text, content_type="application/vnd.apple.mpegurl")


@require_safe
@page(_PERMISSION)
def opening(request: PersonRequest, pk: UUID, segment: UUID) -> HttpResponse:
    """The map before the fragments; without a picture."""
    _row, viewing = _viewing(request, pk)
    return _film(playback.opening(viewing, segment=segment, by=request.user))


@require_safe
@page(_PERMISSION)
def segment(request: PersonRequest, pk: UUID, segment: UUID) -> HttpResponse:
    """The fragments of one segment inside the approved range."""
    _row, viewing = _viewing(request, pk)
    return _film(playback.frames(viewing, segment=segment, by=request.user))


@require_safe
@page(_PERMISSION)
def still(request: PersonRequest, pk: UUID, camera: int, second: int) -> HttpResponse:
    """The picture at whole seconds from the start of the approved range."""
    _row, viewing = _viewing(request, pk)
    if not 0 <= second < _seconds(viewing):
        raise NotAllowed(_PERMISSION)
    at = viewing.permit.start + timedelta(seconds=second)
    found = playback.still(viewing, camera_id=camera, at=at, by=request.user)
    return HttpResponse(found.jpeg, content_type="image/jpeg")


def _film(body: bytes) -> HttpResponse:
    return HttpResponse(body, content_type="video/mp4")


def _own(request: PersonRequest, pk: UUID) -> AccessRequest:
    row = request_for(request.user, pk)
    require(_PERMISSION, request.user, row)
    return row


def _remember(request: PersonRequest, row: AccessRequest, issuance: Issuance) -> None:
    """Marks this session, under a new id, and this request alone as unlocked."""
    request.session.cycle_key()
    mark = {"issuance": issuance.pk, "viewing": secrets.token_urlsafe(16)}
    request.session[_SESSION] = {**request.session.get(_SESSION, {}), str(row.pk): mark}


def _viewing(request: PersonRequest, pk: UUID) -> tuple[AccessRequest, Viewing]:
    """What this session may look at just now. Raises NotAllowed once anything has ended."""
    mark = request.session.get(_SESSION, {}).get(str(pk))
    if mark is None:
        raise NotAllowed(_PERMISSION)
    row = open_room(request.user, pk, mark["issuance"])
    return row, Viewing(permit_of(row), mark["viewing"])


def _detail(row: AccessRequest) -> str:
    return reverse("requests:detail", args=[row.pk])


def _seconds(viewing: Viewing) -> int:
    return int((viewing.permit.end - viewing.permit.start).total_seconds())


def _chosen_camera(row: AccessRequest, camera: int | None) -> Camera:
    """The approved camera asked for, or the first one. Raises NotAllowed."""
    approved = row.cameras.filter(approved=True).select_related("camera__room")
    found = next((each.camera for each in approved if camera in {None, each.camera_id}), None)
    if found is None:
        raise NotAllowed(_PERMISSION)
    return found


def _standing(row: AccessRequest, viewing: Viewing) -> dict[str, Any]:
    """What the page says of the permission, whichever camera is shown."""
    permit = viewing.permit
    return {
        "shown": row,
        "cameras": _approved(row, viewing),
        "left_out": [each.camera for each in row.cameras.all() if not each.approved],
        "narrowed": (row.starts_at, row.ends_at) != (permit.start, permit.end),
        "expires_at": row.issuances.get(revoked_at=None).expires_at,
        "moment": now(),
        "back_url": _detail(row),
    }


def _approved(row: AccessRequest, viewing: Viewing) -> list[dict[str, Any]]:
    """Every approved camera with how complete its footage is."""
    permit = viewing.permit
    cameras = {each.camera_id: each.camera for each in row.cameras.select_related("camera")}
    found = coverage(permit.camera_ids, permit.start, permit.end)
    return [{"camera": cameras[each.camera_id], "coverage": each} for each in found]


def _chosen_still(request: PersonRequest, viewing: Viewing) -> dict[str, Any] | None:
    """The large still that `saat` asks for, with its neighbours."""
    asked = request.GET.get("saat", "")
    if not asked.isascii() or not asked.isdigit() or len(asked) > 6:
        return None
    second, last = int(asked), _seconds(viewing) - 1
    if second > last:
        return None
    at = viewing.permit.start + timedelta(seconds=second)
    return {
        "second": second,
        "time": hour(at, exact=True),
        "before": max(second - _STEP, 0) if second else None,
        "after": min(second + _STEP, last) if second < last else None,
    }
