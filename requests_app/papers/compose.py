from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from django.utils import translation

from cctvportal.common.errors import Refused
from requests_app.models import AccessRequest
from requests_app.papers.access import access
from requests_app.papers.erasure import erasure
from requests_app.papers.hand_over import hand_over
from requests_app.papers.kinds import PaperKind
from requests_app.papers.parts import Paper
from requests_app.papers.permit import permit

_COMPOSERS: Final[Mapping[PaperKind, Callable[[AccessRequest], Paper]]] = {
    PaperKind.PERMIT: permit,
    PaperKind.ACCESS: access,
    PaperKind.HAND_OVER: hand_over,
    PaperKind.ERASURE: erasure,
}


def compose(kind: PaperKind, request: AccessRequest) -> Paper:
    """The paper as it stands now, in Indonesian whatever the page's language is.

    Raises Refused with why it does not exist yet.
    """
    with translation.override("id"):
        return _COMPOSERS[kind](request)


def available(request: AccessRequest) -> list[PaperKind]:
    """The papers that `request` has by now, in the order of the SOP."""
    found = []
    for kind in PaperKind:
        try:
            compose(kind, request)
        except Refused:
            continue
        found.append(kind)
    return found
