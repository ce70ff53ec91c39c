from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cctvportal.accounts.access import PersonRequest, page
from requests_app.forms.find import FindForm
from requests_app.selectors.lists import sent_requests
from requests_app.views.words import when


@require_safe
@page("requests_app.list")
def all_requests(request: PersonRequest) -> HttpResponseBase:
    """Every request that was sent, for those who answer for all of them."""
    form = FindForm(request.GET)
    shown = Paginator(form.among(sent_requests()), 25).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    facts = {
        "filter_form": form,
        "page": shown,
        "query": query.urlencode(),
        "rows": [{"request": each, "when": when(each)} for each in shown],
    }
    return render(request, "requests_app/all.html", facts)
