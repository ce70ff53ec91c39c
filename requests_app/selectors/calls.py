from __future__ import annotations

from django.utils.translation import gettext as _

from requests_app.enums import Outcome, Verdict
from requests_app.models import AccessRequest


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
