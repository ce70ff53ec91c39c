from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cctvportal.accounts.access import PersonRequest, page
from recordings.services import expiry
from requests_app.selectors.leaving import tomorrow


@require_safe
@page("recordings.see_tomorrow")
def goes_tomorrow(request: PersonRequest) -> HttpResponse:
    """What expires until the end of tomorrow, while there is still time to have it held."""
    context = {
        "found": tomorrow(),
        "halted": expiry.why_halted(by=request.user),
        "crumbs": [(reverse("admin:desk"), _("Tugas saya"))],
        "here": _("Terhapus besok"),
    }
    return render(request, "desk/tomorrow.html", context)
