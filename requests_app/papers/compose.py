from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from django.utils import translation

from recordings.enums import ErasureState
from requests_app.enums import Verdict
from requests_app.models import AccessRequest
from requests_app.papers.access import access
from requests_app.papers.erasure import erasure as erasure_paper
from requests_app.papers.hand_over import hand_over
from requests_app.papers.kinds import PaperKind
from requests_app.papers.parts import Paper
from requests_app.papers.permit import permit
from requests_app.selectors.erasing import erasure_of

_COMPOSERS: Final[Mapping[PaperKind, Callable[[AccessRequest], Paper]]] = {
    PaperKind.PERMIT: permit,
    PaperKind.ACCESS: access,
    PaperKind.HAND_OVER: hand_over,
    PaperKind.ERASURE: erasure_paper,
}


def compose(kind: PaperKind, request: AccessRequest) -> Paper:
    """The paper as it stands now, in Indonesian whatever the page's language is.

    Raises Refused with why it does not exist yet.
    """
    with translation.override("id"):
        return _COMPOSERS[kind](request)


def available(request: AccessRequest) -> list[PaperKind]:
    """The papers that `request` has by now, in the order of the SOP; four small questions."""
    return [kind for kind in PaperKind if _EXISTS[kind](request)]


def _is_permitted(request: AccessRequest) -> bool:
    decision = getattr(request, "decision", None)
    return bool(decision and decision.verdict == Verdict.APPROVED and not decision.awaits_login)


def _is_erased(request: AccessRequest) -> bool:
    erasure = erasure_of(request)
    return erasure is not None and erasure.state == ErasureState.DONE


_EXISTS: Final[Mapping[PaperKind, Callable[[AccessRequest], bool]]] = {
    PaperKind.PERMIT: _is_permitted,
    PaperKind.ACCESS: lambda request: request.issuances.exists(),
    PaperKind.HAND_OVER: lambda request: hasattr(request, "hand_over"),
    PaperKind.ERASURE: _is_erased,
}
