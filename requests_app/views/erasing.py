"""The approver's side of an erasure: agree to it as the second person, or stop it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cctvportal.accounts.access import PersonRequest, page
from cctvportal.common import words
from requests_app.forms.steps import ReasonForm
from requests_app.models import AccessRequest
from requests_app.selectors import request_for
from requests_app.selectors.erasing import erasure_of
from requests_app.selectors.source import checks, rows, source_of
from requests_app.services.erase import cancel_erasure, confirm_erasure
from requests_app.views.confirming import Question, confirming
from requests_app.views.words import about, row


@require_http_methods(["GET", "HEAD", "POST"])
@page("requests_app.confirm_erasure")
def confirm_source_erasure(request: PersonRequest, pk: UUID) -> HttpResponseBase:
    """The second person of an erasure; after it only the waiting time can stop it."""
    shown = request_for(request.user, pk)
    question = Question(
        title=_("Setujui pemusnahan sumber rekaman ini?"),
        button=_("Setujui pemusnahan"),
        warning=_("Setelah masa tunggu, kunci rekaman dimusnahkan dan tidak dapat dikembalikan."),
        danger=True,
        otherwise=(
            reverse("approver:cancel_erasure", args=[pk]),
            _("Tidak setuju: hentikan pemusnahan"),
        ),
        **_to_erase(shown),
    )
    return confirming(
        request,
        question,
        lambda _data: confirm_erasure(shown, by=request.user),
        done=_("Pemusnahan disetujui."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("requests_app.confirm_erasure")
def cancel_source_erasure(request: PersonRequest, pk: UUID) -> HttpResponseBase:
    """No, or not yet: until the waiting time is over nothing has gone."""
    shown = request_for(request.user, pk)
    question = Question(
        title=_("Hentikan pemusnahan sumber rekaman ini?"),
        button=_("Hentikan pemusnahan"),
        info=_("Rekaman tetap ditahan. Petugas dapat meminta pemusnahan lagi kemudian."),
        danger=True,
        **_to_erase(shown),
    )
    return confirming(
        request,
        question,
        lambda data: cancel_erasure(shown, reason=data["reason"], by=request.user),
        form=ReasonForm(request.POST if request.method == "POST" else None),
        done=_("Pemusnahan dihentikan."),
    )


def _to_erase(shown: AccessRequest) -> dict[str, Any]:
    """What the officer saw when asking for it: what goes, what stays, what was checked."""
    erasure, paper = erasure_of(shown), getattr(shown, "hand_over", None)
    if erasure is None or paper is None:
        return about(shown)
    export = paper.export
    who = {"who": erasure.requested_by.name, "when": words.date_time(erasure.requested_at)}
    wait = words.duration(settings.ERASURE_WAIT_SECONDS)
    found = about(shown)
    found["rows"] = [
        *found["rows"][:2],
        *rows(export, source_of(export)),
        row(_("Yang dimusnahkan"), _("Kunci pembuka rekaman itu, lalu berkasnya di portal.")),
        row(_("Yang tetap ada"), _("Salinan pada hard disk %s.") % export.medium.label),
        row(_("Diminta"), _("%(who)s, %(when)s") % who),
        row(_("Masa tunggu"), _("%s sejak Anda menyetujuinya.") % wait),
    ]
    return {**found, "flags": checks(shown, export)}
