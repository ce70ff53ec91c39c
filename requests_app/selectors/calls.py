from __future__ import annotations

from django.utils.translation import gettext as _

from requests_app.enums import Outcome, Verdict
from requests_app.models import AccessRequest, Validation


def missing_call(request: AccessRequest, verdict: Verdict) -> str:
    """Which call `verdict` still wants, in a sentence; empty when it may be given.

    A refusal wants a try; an approval wants somebody who answered (SOP step 2, requirement 1).
    """
    calls = request.validations.all()
    if not calls.exists():
        return _("Hubungi dahulu orang yang dapat dihubungi, lalu catat hasilnya.")
    if verdict == Verdict.APPROVED and not calls.exclude(outcome=Outcome.UNREACHABLE).exists():
        return _(
            "Belum ada yang dapat dihubungi. Hubungi dahulu seseorang yang dapat memastikan, "
            "lalu catat hasilnya."
        )
    return ""


def denied_call(request: AccessRequest) -> Validation | None:
    """The first call whose answer was that the activity is not as told; None where there is none.

    It does not decide, the penanggung jawab does (SOP step 2); but who approves against it says
    why, in writing.
    """
    return request.validations.filter(outcome=Outcome.DENIED).first()
