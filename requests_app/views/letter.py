from __future__ import annotations

from pathlib import PurePath
from uuid import UUID

from django.db.models.fields.files import FieldFile
from django.http import FileResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from cctvportal.accounts.access import NotAllowed, PersonRequest, page
from requests_app.selectors import request_for
from requests_app.services.papers import note_download


@require_safe
@page("requests_app.view")
def letter(request: PersonRequest, pk: UUID) -> HttpResponseBase:
    """The letter of a request, for whoever may see the request."""
    shown = request_for(request.user, pk)
    answer = _attached(shown.letter, shown.letter_name)
    note_download(shown, paper="letter", number="", by=request.user)
    return answer


@require_safe
@page("requests_app.view")
def scan(request: PersonRequest, pk: UUID) -> HttpResponseBase:
    """The paper of a late entry, for whoever may see the request."""
    shown = request_for(request.user, pk)
    name = f"kertas{PurePath(shown.outage_scan.name or '').suffix}"
    answer = _attached(shown.outage_scan, name)
    note_download(shown, paper="scan", number="", by=request.user)
    return answer


def _attached(stored: FieldFile, name: str) -> HttpResponseBase:
    """To be saved, never shown inside the portal: a letter is a stranger's file (ASVS 3.2.1)."""
    if not stored:
        raise NotAllowed("requests_app.view")
    return FileResponse(stored.open("rb"), as_attachment=True, filename=name)
