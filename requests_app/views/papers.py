"""The papers of a request, as PDF."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from cctvportal.accounts.access import PersonRequest, page
from requests_app.papers import setting
from requests_app.papers.compose import compose
from requests_app.papers.kinds import PaperKind
from requests_app.selectors import request_for
from requests_app.services.papers import note_download


@require_safe
@page("requests_app.view")
def download(request: PersonRequest, pk: UUID, kind: str) -> HttpResponse:
    """One paper. One that does not exist yet says why, and nothing is noted."""
    if kind not in PaperKind.values:
        raise Http404(kind)
    row = request_for(request.user, pk)
    paper = compose(PaperKind(kind), row)
    made = setting.pdf(paper)
    note_download(row, paper=kind, number=paper.number, by=request.user)
    return HttpResponse(
        made,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{paper.file_name}"'},
    )
